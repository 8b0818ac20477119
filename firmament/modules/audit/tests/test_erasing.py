"""Erasing what is personal in the trail: the values are gone everywhere, and every proof still stands."""

from urllib.parse import quote_plus

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from firmament.kernel.ledger.erasure import erase, values_with
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import COMMITMENT, commitment
from firmament.kernel.ledger.record import record
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.jobs import run_all_queued
from firmament.kernel.web.events import ListExported
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.audit.actions import erase_personal_values
from firmament.modules.clients.actions.clients import edit_client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client

URL = "/w/acme/audit/"
NAME = "Zebulon Quark-Ödegård"
SURE = {"reason": "He asked for it, letter of 3 March", "confirm": "Erase"}


def told(answer) -> str:
    return answer.content.decode()


def tables_holding(text: str) -> set[str]:
    """Every table of the firm with a row in which the text stands, whatever the column."""
    found = set()
    with connection.cursor() as cursor:
        for model in firm_models():
            table = model._meta.db_table
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


@pytest.fixture
def client(alice, ada, ada_browser):
    """Named in the trail four times: made, renamed, looked for, exported; and since then in no row of the firm."""
    made = make_client(alice, name=NAME)
    edit_client(alice, made, name="Left Us")
    ada_browser.get(URL, {"q": "zebulon QUARK-ödegård"})
    ada_browser.post(f"/w/acme/clients/?q={NAME}", {"export": "csv"})
    run_all_queued()
    return made


def test_a_text_is_erased_from_every_entry_and_stands_in_no_table_any_more(client, ada, ada_browser, ledger):
    before = {entry.pk: entry.payload for entry in Entry.objects.all()}
    proofs = {(row.entry_id, row.field): (bytes(row.salt), row.value) for row in values_with(NAME)}
    assert tables_holding(NAME) == {"ledger_personalvalue"}
    found = told(ada_browser.post(f"{URL}erase/", {"text": NAME}))

    answer = ada_browser.post(f"{URL}erase/", {"text": NAME, **SURE})

    assert "4 values would be lost" in found and NAME in found
    assert answer.status_code == 303
    assert tables_holding(NAME) == tables_holding("quark") == set()
    after = {entry.pk: entry.payload for entry in Entry.objects.filter(pk__in=before)}
    assert after == before, "no entry is touched"
    assert len(proofs) == 4
    for (entry, field), (salt, value) in proofs.items():
        assert after[entry][field][COMMITMENT] == commitment(salt, value), (
            "who kept the value can still prove it"
        )
    line = Entry.objects.get(code="ledger.personal_values_erased")
    assert line.payload["values"] == 4
    named = EntryTarget.objects.filter(entry=line).values_list("object_id", flat=True)
    assert set(named) == {entry for entry, _field in proofs}


def test_what_was_erased_is_shown_nowhere(client, ada, ada_browser, alice_browser):
    ada_browser.post(f"{URL}erase/about/{client.pk}/", SURE)

    entry = Entry.objects.about("clients.client", client.pk).order_by("pk").first()
    pages = [
        ada_browser.get(f"{URL}?event=clients.client_created"),
        ada_browser.get(f"{URL}{entry.pk}/"),
        alice_browser.get(f"/w/acme/clients/{client.pk}/activity/"),
        ada_browser.post(f"{URL}?category=clients", {"export": "csv"}),
    ]

    assert all(answer.status_code == 200 and NAME not in told(answer) for answer in pages)
    assert "Erased; the proof of it still stands" in told(pages[1])
    assert {row.sentence for row in activity("clients.client", client.pk)} >= {"added the client (erased)"}


def test_one_entry_is_erased_and_the_others_stay(client, ada_browser):
    entry = Entry.objects.about("clients.client", client.pk).order_by("pk").first()

    ada_browser.post(f"{URL}{entry.pk}/erase/", SURE)

    assert not PersonalValue.objects.filter(entry=entry).exists()
    assert values_with(NAME).count() == 3
    assert "Erase what is personal" not in told(ada_browser.get(f"{URL}{entry.pk}/"))


def test_nothing_happens_without_a_reason_and_the_word(client, ada_browser, ledger):
    before = PersonalValue.objects.count()
    answers = [
        ada_browser.post(f"{URL}erase/", {"text": NAME, **SURE, **wrong})
        for wrong in ({"reason": "  "}, {"confirm": "yes"}, {"confirm": ""})
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all('aria-invalid="true"' in answer.content.decode() for answer in answers)
    assert PersonalValue.objects.count() == before
    assert "ledger.personal_values_erased" not in ledger.codes()


def test_looking_for_a_text_does_not_write_the_text_down(ada_browser, ledger):
    ada_browser.post(f"{URL}erase/", {"text": "Somebody nobody wrote of"})

    assert ledger.codes() == ["audit.trail_read"]
    assert tables_holding("Somebody nobody wrote of") == set()


def test_a_text_is_found_with_its_quotation_marks_and_lines(alice, ada):
    make_client(alice, name='The "Quoted" Ltd', notes="one\ntwo")

    assert values_with('the "quoted" LTD').count() == 1


def test_what_an_earlier_release_kept_as_an_address_is_found_too(ada):
    query = f"q={quote_plus(NAME)}&state=active"
    record(ada, ListExported(list="clients.clients", format="csv", rows=1, query=query))

    assert values_with(NAME).get().value == query


def test_partners_may_read_and_not_erase(client, alice, alice_browser, bob_browser):
    entry = Entry.objects.about("clients.client", client.pk).order_by("pk").first()
    before = PersonalValue.objects.count()

    for browser in (alice_browser, bob_browser):
        for address in ("erase/", f"erase/about/{client.pk}/", f"{entry.pk}/erase/"):
            assert browser.post(URL + address, {"text": NAME, **SURE}).status_code == 403
    with pytest.raises(Denied):
        erase_personal_values(alice, values_with(NAME), reason="Because")

    assert PersonalValue.objects.count() == before
    assert "Erase" not in told(alice_browser.get(f"{URL}{entry.pk}/"))


def test_a_wall_keeps_the_administrator_from_erasing_behind_it(alice, ada, ada_browser):
    bakery = carlas_bakery()
    make_wall(alice, Membership.objects.get(pk=ada.membership_id))
    before = PersonalValue.objects.filter(entry__in=Entry.objects.about("clients.client", bakery.pk)).count()

    about = ada_browser.post(f"{URL}erase/about/{bakery.pk}/", SURE)
    ada_browser.post(f"{URL}erase/", {"text": bakery.name, **SURE})

    assert before > 0 and about.status_code == 404
    assert (
        PersonalValue.objects.filter(entry__in=Entry.objects.about("clients.client", bakery.pk)).count()
        == before
    )


def test_nothing_is_erased_that_waiting_work_still_needs(alice, ada):
    make_client(alice, name="Just Made Ltd")
    values = values_with("Just Made Ltd")

    with pytest.raises(ValidationError, match="has not ended yet"):
        erase_personal_values(ada, values, reason="Because")
    still_there = values.count()
    run_all_queued()

    assert still_there == 1
    assert erase_personal_values(ada, values, reason="Because") == 1


def test_erasing_much_is_told_in_lines_of_few_names(alice, ada, monkeypatch):
    monkeypatch.setattr("firmament.kernel.ledger.erasure.NAMED", 2)
    for number in range(5):
        make_client(alice, name=f"Quagga {number}")
    run_all_queued()

    erased = erase(ada, values_with("Quagga"), reason="Because")

    lines = Entry.objects.filter(code="ledger.personal_values_erased").order_by("pk")
    assert erased == 5
    assert [line.payload["values"] for line in lines] == [2, 2, 1]
    assert values_with("Quagga").count() == 0
