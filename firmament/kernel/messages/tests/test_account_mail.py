"""Mail that belongs to a person and to no firm."""

from datetime import timedelta

import pytest
from django.db import connection

from firmament.kernel.messages import tasks
from firmament.kernel.messages.models import AccountMail, CaughtMail, State
from firmament.kernel.messages.send import Recipient, queue_account_mail
from firmament.kernel.messages.tests.peer import smtp_peer
from firmament.lib import instant

ANA = Recipient(name="Ana", email="ana@client.example")

pytestmark = pytest.mark.django_db


def waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'mail_id' FROM procrastinate_jobs WHERE task_name = 'messages.send_account_mail'"
            " AND status = 'todo' ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def test_it_is_queued_with_its_id_alone_and_sent_by_the_worker(settings):
    settings.MAIL = "local"
    mail = queue_account_mail(wording="identity.password_changed", to=ANA, context={})
    assert waiting() == [str(mail.pk)]

    tasks.send_account_mail(str(mail.pk))

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 1)
    assert CaughtMail.objects.filter(message_id=mail.message_id).count() == 1


def test_two_workers_send_it_once(settings):
    settings.MAIL = "local"
    mail = queue_account_mail(wording="identity.password_changed", to=ANA, context={})

    tasks.send_account_mail(str(mail.pk))
    tasks.send_account_mail(str(mail.pk))

    assert CaughtMail.objects.filter(message_id=mail.message_id).count() == 1


def test_a_mail_in_the_hands_of_another_worker_is_left_to_it(settings):
    settings.MAIL = "local"
    mail = queue_account_mail(wording="identity.password_changed", to=ANA, context={})
    AccountMail.objects.filter(pk=mail.pk).update(state=State.SENDING, claimed_at=instant.now())

    tasks.send_account_mail(str(mail.pk))

    assert not CaughtMail.objects.exists()


def test_what_a_dead_worker_held_is_swept_up_and_sent(settings):
    settings.MAIL = "local"
    mail = queue_account_mail(wording="identity.password_changed", to=ANA, context={})
    long_ago = instant.now() - timedelta(minutes=10)
    AccountMail.objects.filter(pk=mail.pk).update(state=State.SENDING, claimed_at=long_ago, attempts=1)

    tasks.sweep_account_mail(0)
    tasks.send_account_mail(waiting()[-1])

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(waiting())) == (State.SENT, 2, 2)


def test_a_deferred_mail_waits_and_keeps_its_message_id(settings):
    mail = queue_account_mail(wording="identity.password_changed", to=ANA, context={})
    with smtp_peer() as peer:
        settings.MAIL = peer.url
        peer.to_data = ["451 later"]
        tasks.send_account_mail(str(mail.pk))
        mail.refresh_from_db()
        assert mail.state == State.QUEUED
        assert mail.retry_at is not None
        tasks.send_account_mail(str(mail.pk))

    mail.refresh_from_db()
    assert mail.state == State.SENT
    assert [m["Message-ID"] for m in peer.mails] == [mail.message_id]


def test_a_mail_to_nobody_is_kept_and_never_sent(settings):
    settings.MAIL = "local"
    mail = queue_account_mail(wording="identity.password_reset", to=ANA, context={"link": ""}, send=False)

    tasks.send_account_mail(str(mail.pk))
    tasks.sweep_account_mail(0)

    mail.refresh_from_db()
    assert mail.state == State.CANCELED
    assert not CaughtMail.objects.exists()
