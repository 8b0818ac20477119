"""The audit trail: found, read in full, exported, and its own reading recorded."""

import csv
import hashlib
import io
import re
from datetime import timedelta

import pytest

from firmament.kernel.ledger.models import Entry, PersonalValue
from firmament.kernel.policies.actions import lift_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.audit.actions import note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.reports.trail import entries_for
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_member

URL = "/w/acme/audit/"


def told(answer) -> str:
    return answer.content.decode()


def test_the_newest_line_stands_first_with_its_words_and_its_person(alice, alice_browser):
    make_client(alice, name="Newest & Sons")

    page = told(alice_browser.get(URL))

    first = page.index("Newest &amp; Sons")
    assert "Alice Partner" in page
    assert first < page.index("Carla’s Bakery")


def test_who_area_event_period_and_code_narrow_it(ada, alice, alice_browser):
    make_member(name="Nina New")
    make_client(alice, name="Filter Ltd")
    alices = str(alice.user_id)

    assert "Filter Ltd" in told(alice_browser.get(URL, {"who": alices}))
    assert "took in Nina New" not in told(alice_browser.get(URL, {"who": alices}))
    assert "Filter Ltd" not in told(alice_browser.get(URL, {"category": "permissions"}))
    assert "took in Nina New" in told(alice_browser.get(URL, {"event": "identity.member_joined"}))
    assert "Filter Ltd" in told(alice_browser.get(URL, {"q": "client_created"}))
    assert "Filter Ltd" not in told(alice_browser.get(URL, {"day_to": "2020-01-01"}))


def test_looking_is_written_down_once_for_the_same_question(alice, alice_browser, ledger):
    for _ in range(3):
        alice_browser.get(URL)
    alice_browser.get(URL, {"category": "auth"})

    assert ledger.codes() == ["audit.trail_read", "audit.trail_read"]
    assert ledger.entries()[1].payload["area"] == "auth"


def test_words_searched_for_are_written_down_once_and_can_be_erased(alice_browser, ledger):
    for text in ("client", "wall", "client"):
        alice_browser.get(URL, {"q": text})

    assert ledger.codes() == ["audit.trail_read", "audit.trail_read"]
    assert PersonalValue.objects.filter(entry=ledger.entries()[0]).get().value == "client"


def test_paging_and_going_between_two_questions_is_one_line_for_each(alice, alice_browser, ledger):
    for _ in range(60):
        note_reading(alice, TrailRead())
        Entry.objects.create(code="x.y", category="system", occurred_at=now(), domain=Domain.SYSTEM)
    first = told(alice_browser.get(URL, {"category": "system"}))
    following = re.search(r"after=([\w-]+)", first)[1]

    alice_browser.get(URL, {"category": "system", "after": following})
    alice_browser.get(URL)
    alice_browser.get(URL, {"category": "system"})

    assert ledger.codes().count("audit.trail_read") == 2


def test_after_a_quarter_of_an_hour_it_is_another_reading(alice, ledger):
    note_reading(alice, TrailRead())
    with at(now() + timedelta(minutes=16)):
        note_reading(alice, TrailRead())

    assert ledger.codes() == ["audit.trail_read", "audit.trail_read"]


def test_staff_may_neither_read_nor_export_and_the_refusal_is_written_down(bob, bob_browser, ledger):
    answers = [bob_browser.get(URL), bob_browser.post(URL, {"export": "csv"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert ledger.codes() == ["ledger.power_denied", "ledger.power_denied"]
    with pytest.raises(Denied):
        note_reading(bob, TrailRead())


def test_an_entry_is_shown_in_full_until_a_value_is_erased(alice, alice_browser):
    client = make_client(alice, name="Erasable Ltd")
    entry = Entry.objects.about("clients.client", client.pk).get()
    before = told(alice_browser.get(f"{URL}{entry.pk}/"))
    PersonalValue.objects.filter(entry=entry).delete()

    after = told(alice_browser.get(f"{URL}{entry.pk}/"))

    assert "Erasable Ltd" in before
    assert entry.request_id in before
    assert "Erased; the proof of it still stands" in after
    assert "added the client (erased)" in after


def test_the_export_holds_what_is_on_the_screen_and_is_recorded(alice, alice_browser, ledger):
    make_client(alice, name="Exported Ltd")
    ledger.forget()

    shown = "&".join(f"columns={key}" for key in ("at", "who", "what", "category", "code", "address"))
    answer = alice_browser.post(f"{URL}?event=clients.client_created&{shown}", {"export": "csv"})

    *rows, last = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    above = answer.content[: answer.content.index(b"SHA-256,")]
    assert last == ["SHA-256", hashlib.sha256(above).hexdigest(), *[""] * 4]
    assert ledger.entries()[0].payload["sha256"] == hashlib.sha256(answer.content).hexdigest()
    entry = Entry.objects.filter(code="clients.client_created").order_by("-occurred_at", "-pk")[0]
    assert rows[1][5].endswith(f"{URL}{entry.pk}/")
    assert rows[0][:3] == ["When", "Who", "What"]
    assert rows[1][1:3] == ["Alice Partner", "added the client Exported Ltd"]
    assert {row[4] for row in rows[1:]} == {"clients.client_created"}
    assert ledger.codes() == ["web.list_exported"]


def test_a_wall_hides_its_client_from_whoever_audits(ada, alice, alice_browser):
    bakery = carlas_bakery()
    entry = Entry.objects.about("clients.client", bakery.pk).order_by("pk").first()
    assert entry is not None
    wall = make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    behind = alice_browser.get(f"{URL}{entry.pk}/")
    names = told(alice_browser.get(URL))

    assert behind.status_code == 404
    assert "Carla’s Bakery" not in names
    assert not entries_for(alice).filter(code="policies.wall_raised").exists()
    assert entries_for(ada).filter(code="policies.wall_raised").exists()
    lift_wall(ada, wall, reason="Sold")
    assert entries_for(alice).filter(pk=entry.pk).exists()


def test_an_entry_of_a_release_long_gone_is_told_by_its_code(alice, alice_browser):
    Entry.objects.create(
        code="attic.thing_done", category="system", occurred_at=now(), domain=Domain.SYSTEM, payload={"x": 1}
    )

    assert "attic.thing_done" in told(alice_browser.get(URL))


def test_readings_of_the_release_before_are_found_and_told_like_those_of_today(alice, alice_browser):
    Entry.objects.create(
        code="firms.audit_read",
        category="data_access",
        occurred_at=now(),
        domain=Domain.STAFF,
        user_id=alice.user_id,
        payload={"text": ""},
    )

    page = told(alice_browser.get(URL, {"event": "audit.trail_read"}))

    assert "read the audit trail" in page
    assert "firms.audit_read" in page


def test_an_entry_that_lacks_a_field_of_its_sentence_takes_no_page_down(alice, alice_browser):
    Entry.objects.create(
        code="clients.client_created", category="clients", occurred_at=now(), domain=Domain.SYSTEM, payload={}
    )

    assert alice_browser.get(URL).status_code == 200


def test_the_page_costs_the_same_however_long_the_trail_is(alice, alice_browser, queries):
    make_client(alice)
    alice_browser.get(URL)
    with queries() as few:
        alice_browser.get(URL)
    for _ in range(20):
        make_client(alice)

    with queries() as many:
        answer = alice_browser.get(URL)

    assert len(re.findall(r"<tr data-href", told(answer))) > 20
    assert many.count == few.count <= 8
