"""Messages on their way, against a real SMTP server."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from firmament.kernel.jobs.inline import run_queued
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.models import State as RunState
from firmament.kernel.messages.models import Attempt, CaughtMail, Delivery, State
from firmament.kernel.messages.secrets import register_secret, secret
from firmament.kernel.messages.send import Recipient, queue_message
from firmament.kernel.messages.tests.peer import Peer, smtp_peer
from firmament.lib import instant

ANA = Recipient(name="Ana Müller", email="ana@client.example", locale="de", timezone="Europe/Berlin")
# A wording that the house ships and that asks for values of every kind.
WORDING = "identity.invitation_client"
CONTEXT = {
    "inviter": "Alice",
    "link": "https://desk.example.com/x_y/?a=1&b=2",
    "expires_at": datetime(2026, 12, 11, 23, 30, tzinfo=UTC),
}


@pytest.fixture
def peer(settings) -> Iterator[Peer]:
    with smtp_peer() as found:
        settings.MAIL = found.url
        settings.MAIL_FROM = "no-reply@desk.example.com"
        yield found


def send(actor, key="welcome-1", to=ANA, context=CONTEXT):
    return queue_message(actor, wording=WORDING, to=to, context=context, key=key)


def test_a_message_reaches_the_server_as_text_and_html(alice, peer, run_jobs):
    delivery = send(alice)

    run_jobs()

    [mail] = peer.mails
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert peer.raw[0].isascii()
    assert mail["To"].addresses[0].display_name == "Ana Müller"
    assert mail["From"].addresses[0].addr_spec == "no-reply@desk.example.com"
    assert mail["From"].addresses[0].display_name == "Acme"
    assert mail["Message-ID"] == delivery.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "https://desk.example.com/x_y/?a=1&b=2" in text
    assert "12. Dezember 2026" in text
    assert 'href="https://desk.example.com/x_y/?a=1&amp;b=2"' in html
    assert "<script" not in html


def test_the_delivery_and_the_ledger_say_what_became_of_it(alice, peer, run_jobs, ledger):
    delivery = send(alice)

    run_jobs()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == (State.SENT, 1, "")
    assert delivery.sent_at is not None
    assert [a.outcome for a in Attempt.objects.filter(delivery=delivery)] == ["accepted"]
    assert ledger.codes() == ["messages.message_queued", "messages.message_sent"]


def test_the_same_key_is_the_same_delivery_and_one_mail(alice, peer, run_jobs):
    first, second = send(alice), send(alice)

    run_jobs()

    assert first.pk == second.pk
    assert len(peer.mails) == 1


def test_a_refused_address_is_not_tried_again_and_says_why(alice, peer, run_jobs, ledger):
    peer.to_recipients = ["550 5.1.1 no such user"]
    delivery = send(alice)

    run_jobs()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.FAILED, 1)
    assert "550" in delivery.error
    assert ledger.codes()[-1] == "messages.message_failed"
    assert JobRun.objects.get(code="messages.deliver").state == RunState.SUCCEEDED


def test_a_deferred_message_is_tried_again_with_the_same_message_id(alice, peer, run_jobs):
    peer.to_data = ["451 4.3.0 try later"]
    delivery = send(alice)

    run_queued(raise_errors=False)
    delivery.refresh_from_db()
    assert (delivery.state, peer.mails) == (State.QUEUED, [])
    with instant.at(instant.now() + timedelta(hours=5)):
        run_queued()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)
    assert [mail["Message-ID"] for mail in peer.mails] == [delivery.message_id]
    assert list(Attempt.objects.order_by("number").values_list("outcome", flat=True)) == [
        "deferred",
        "accepted",
    ]


def test_a_connection_that_breaks_in_the_middle_is_tried_again(alice, peer, run_jobs):
    peer.drops = 1
    delivery = send(alice)

    run_queued(raise_errors=False)
    with instant.at(instant.now() + timedelta(hours=5)):
        run_queued()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, len(peer.mails)) == (State.SENT, 2, 1)


def test_a_server_that_is_not_there_leaves_the_message_waiting(alice, settings):
    with smtp_peer() as gone:
        settings.MAIL = gone.url
    delivery = send(alice)

    run_queued(raise_errors=False)

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED
    assert JobRun.objects.get(code="messages.deliver").state == RunState.RETRYING


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the peer is on this machine
@pytest.mark.parametrize(("password", "state"), [("right", State.SENT), ("wrong", State.QUEUED)])
def test_a_server_that_asks_who_we_are_is_told(alice, settings, password, state):
    with smtp_peer(login=("desk@example.com", "right")) as peer:
        host = peer.url.removeprefix("smtp://")
        settings.MAIL = f"smtp://desk%40example.com:{password}@{host}?tls=none"
        delivery = send(alice)
        run_queued(raise_errors=False)

    delivery.refresh_from_db()
    run = JobRun.objects.get(code="messages.deliver")
    assert delivery.state == state
    # A wrong password is not tried again: that would lock the account. A person mends it and replays the run.
    assert run.state == (RunState.SUCCEEDED if password == "right" else RunState.FAILED)
    assert run.error_class == ("" if password == "right" else "auth")


def test_encryption_that_is_insisted_on_and_not_offered_sends_nothing(alice, settings):
    with smtp_peer() as peer:
        settings.MAIL = f"{peer.url}?tls=required"
        delivery = send(alice)
        run_queued(raise_errors=False)

    delivery.refresh_from_db()
    assert (delivery.state, peer.mails) == (State.QUEUED, [])


def test_after_the_last_try_the_message_has_failed_and_the_run_is_a_dead_letter(alice, settings, ledger):
    with smtp_peer() as gone:
        settings.MAIL = gone.url
    delivery = send(alice)

    later = instant.now()
    for _try in range(20):
        with instant.at(later):
            run_queued(raise_errors=False)
        later += timedelta(hours=5)

    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert delivery.attempts == Attempt.objects.filter(delivery=delivery).count() == 14
    assert JobRun.objects.get(code="messages.deliver").state == RunState.FAILED
    assert ledger.codes().count("messages.message_failed") == 1


def test_a_name_cannot_smuggle_a_header_or_markup_into_a_mail(alice, peer, run_jobs):
    name = "Eve\r\nBcc: all@acme.example\r\n\r\n[click](http://evil.example) <script>alert(1)</script>"

    send(alice, to=Recipient(name=name[:200], email="eve@client.example"))
    run_jobs()

    [mail] = peer.mails
    html = mail.get_body(("html",)).get_content()
    assert mail["Bcc"] is None
    assert 'href="http://evil.example"' not in html
    assert "<script>" not in html


def test_an_address_that_cannot_be_written_fails_at_once(alice, peer, run_jobs):
    delivery = send(alice, to=Recipient(name="Ana", email="a b@client.example"))

    run_jobs()

    delivery.refresh_from_db()
    assert (delivery.state, peer.mails) == (State.FAILED, [])


def test_a_wording_that_lacks_a_value_fails_in_plain_words(alice, peer, run_jobs):
    delivery = send(alice, context={})

    run_jobs()

    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert "inviter" in delivery.error or "link" in delivery.error
    assert peer.mails == []


def test_a_secret_travels_in_the_mail_and_stands_in_no_table(alice, peer, run_jobs):
    register_secret("messages.test_link", lambda place: f"https://desk.example.com/open/{place['id']}-s3cret")

    delivery = send(alice, context={**CONTEXT, "link": secret("messages.test_link", id="7")})
    run_jobs()

    delivery.refresh_from_db()
    kept = f"{delivery.context} {delivery.subject} {delivery.text} {delivery.html}"
    assert "open/7-s3cret" in peer.mails[0].get_body(("plain",)).get_content()
    assert "s3cret" not in kept


def test_a_worker_that_died_after_handing_over_repeats_the_message_id_and_no_delivery(alice, peer, run_jobs):
    delivery = send(alice)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENDING, attempts=1)

    run_jobs()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)
    assert {mail["Message-ID"] for mail in peer.mails} == {delivery.message_id}
    assert Delivery.objects.filter(key="welcome-1").count() == 1


def test_a_message_already_sent_is_not_sent_by_a_late_run(alice, peer, run_jobs):
    delivery = send(alice)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=instant.now())

    run_jobs()

    assert peer.mails == []


def test_without_a_server_the_local_mailbox_keeps_it(alice, settings, run_jobs):
    settings.MAIL = "local"

    delivery = send(alice)
    run_jobs()

    [caught] = CaughtMail.objects.filter(message_id=delivery.message_id)
    assert caught.recipient == "Ana Müller <ana@client.example>"
    assert "https://desk.example.com/x_y/" in caught.text


def test_an_object_with_methods_is_refused_when_the_message_is_queued(alice):
    with pytest.raises(TypeError):
        send(alice, context={**CONTEXT, "inviter": alice})

    assert not Delivery.objects.exists()


def test_another_firm_sees_no_delivery_and_may_use_the_same_key(alice, gina, globex, in_firm, peer, run_jobs):
    mine = send(alice)

    with in_firm(globex):
        theirs = send(gina)
        seen = list(Delivery.objects.values_list("pk", flat=True))

    assert seen == [theirs.pk]
    assert mine.pk != theirs.pk


def test_long_lines_dots_and_every_script_survive_the_journey(alice, peer, run_jobs):
    name = "." + "x" * 120 + " Ω 日本語 🙂"

    send(alice, to=Recipient(name=name, email="ana@client.example"))
    run_jobs()

    [mail] = peer.mails
    assert all(len(line) <= 998 for line in peer.raw[0].splitlines())
    assert f"Hello {name}," in mail.get_body(("plain",)).get_content()
    assert peer.raw[0].isascii()
    assert mail["To"].addresses[0].display_name == name


def test_a_date_is_as_good_as_an_instant(alice, peer, run_jobs):
    delivery = send(alice, context={**CONTEXT, "expires_at": date(2026, 12, 11)})

    run_jobs()

    delivery.refresh_from_db()
    # The wording asks for a time of day, which a date has none of: said plainly.
    assert delivery.state == State.FAILED
    assert "date" in delivery.error
