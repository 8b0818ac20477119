"""A client list as people keep it, in, mended, and out again."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.models import Import, ImportRow
from firmament.lib.text import folded
from firmament.modules.clients.forms.cells import country, kind, owner
from firmament.modules.clients.forms.doubles import existing, marks
from firmament.modules.clients.forms.importing import undo
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.engagements.tests.factories import make_engagement

URL = "/w/acme/clients/import/"
DATA = Path(__file__).resolve().parents[4] / "tests" / "data"
FILES = sorted(path.name for path in DATA.glob("clients-messy.*"))


def bring(browser, content, name="clients.csv"):
    answer = browser.post(URL, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 303, answer.content.decode()[:400]
    return answer["Location"]


def choose_columns(browser, url):
    """Accept what was guessed, as a person does who finds it right."""
    batch = Import.objects.get()
    return browser.post(url, {"step": "map"} | {f"column_{k}": str(v) for k, v in batch.mapping.items()})


def states():
    return dict(ImportRow.objects.values_list("number", "state"))


@pytest.mark.parametrize("name", FILES)
def test_the_messy_list_reads_the_same_from_five_programs(alice_browser, name):
    url = bring(alice_browser, (DATA / name).read_bytes(), name)
    batch = Import.objects.get()
    header = {field: batch.header[index] for field, index in batch.mapping.items()}
    choose_columns(alice_browser, url)
    named = {row.cells[batch.mapping["name"]].strip(): row for row in ImportRow.objects.all()}

    assert header["name"] == "Company / Name"
    assert header["contact_name"] == "Contact person"
    assert header["email"] == "E-Mail Adresse"
    assert header["vat_id"] == "VAT no"
    assert header["notes"] == "Remarks"
    assert named["Whitfield Dental Practice"].state == "wrong"
    assert "email" in named["Whitfield Dental Practice"].errors
    assert [row.state for key, row in named.items() if folded(key) == "schmidt & söhne ohg"].count(
        "good"
    ) == 1
    assert not Client.objects.filter(name="Harbor Light Books").exists()


def test_the_messy_list_from_file_to_clients_and_back(alice_browser, run_jobs, ledger):
    before = Client.objects.count()
    url = bring(alice_browser, (DATA / "clients-messy.xlsx").read_bytes(), "clients-messy.xlsx")
    choose_columns(alice_browser, url)
    batch = Import.objects.get()
    wrong = ImportRow.objects.get(cells__contains=["Whitfield Dental Practice"])
    page = alice_browser.get(url).content.decode()
    alice_browser.post(url, {"step": "mend", f"row_{wrong.number}_email": "anita@whitfielddental.example"})
    wrong.refresh_from_db()
    alice_browser.post(url, {"step": "run"})
    run_jobs()
    made = Client.objects.count() - before

    assert "Whitfield" in page
    assert wrong.state == "good", wrong.errors
    assert made == ImportRow.objects.filter(state="made").count() > 20
    harbor = Client.objects.get(name="Harbor Light Books")
    assert (harbor.country, harbor.vat_id) == ("GB", "GB 123 4567 82")
    assert Contact.objects.get(client=harbor).name == "Eleanor Whitcombe"
    assert Client.objects.filter(name__startswith="=HYPERLINK").exists()

    alice_browser.post(url, {"step": "undo"})
    run_jobs()
    batch.refresh_from_db()
    assert Client.objects.count() == before
    assert "clients.client_withdrawn" in ledger.codes()


def test_what_is_in_use_is_kept_when_an_import_is_taken_back(alice_browser, alice, run_jobs):
    url = bring(alice_browser, b"Name\nFirst Ltd\nSecond Ltd\n")
    choose_columns(alice_browser, url)
    alice_browser.post(url, {"step": "run"})
    run_jobs()
    make_engagement(alice, Client.objects.get(name="First Ltd"))

    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert Client.objects.filter(name="First Ltd").exists()
    assert not Client.objects.filter(name="Second Ltd").exists()


def test_staff_may_not_import(bob_browser):
    assert bob_browser.get(URL).status_code == 403


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("España", "ES"),
        ("Polska", "PL"),
        ("UK", "GB"),
        ("日本", None),
    ],
)
def test_countries_are_understood_by_name_and_code(text, code):
    if code is None:
        with pytest.raises(ValueError, match="two-letter"):
            country(text)
    else:
        assert country(text) == code


def test_kinds_and_colleagues_are_understood(alice, bob):
    assert kind("Privatperson") == "person"
    assert kind("Company") == "organisation"
    assert owner(" alice PARTNER ") == alice.membership_id
    assert owner("bob@acme.example") == bob.membership_id
    with pytest.raises(ValueError, match="Nobody"):
        owner("Zoe")


VALUES = {"kind": None, "name": "Otter Ltd", "email": None, "vat_id": None}


@pytest.mark.parametrize(
    "other",
    [
        VALUES | {"name": " OTTER  ltd"},
        VALUES | {"name": "Other", "email": "Post@Otter.example"},
        VALUES | {"name": "Other", "vat_id": "de-12 3"},
    ],
)
def test_one_shared_mark_makes_two_rows_the_same(alice, other):
    make_client(alice, name="Otter Ltd", email="post@otter.example", vat_id="DE 123")

    assert {like.name for like in existing(alice, sorted(marks(other))).values()} == {"Otter Ltd"}


def test_a_person_and_a_firm_of_one_name_are_two_clients(alice):
    make_client(alice, name="Otter Ltd")

    assert existing(alice, sorted(marks(VALUES | {"kind": "person"}))) == {}


def test_nothing_is_said_of_a_client_behind_a_wall(alice, ada):
    client = make_client(ada, name="Walled Ltd")
    raise_wall(
        ada,
        membership=Membership.objects.get(pk=alice.membership_id),
        client_id=client.pk,
        reason="Conflict",
    )

    assert existing(alice, sorted(marks(VALUES | {"name": "Walled Ltd"}))) == {}


@pytest.mark.parametrize(
    "name", ["Ｏｔｔｅｒ　ＬＴＤ", " Straße \t Ⅷ ", "ΟΔΟΣ", "İstanbul", "﷽" * 200, "Ａ\u00a0b"]
)
def test_the_database_folds_names_as_we_do(alice, name):
    client = make_client(alice, name=name)
    client.refresh_from_db()

    assert client.name_folded == folded(name)[:200]


def test_hostile_tables_are_refused_or_inert(alice_browser, cases):
    for path in sorted(cases("spreadsheets").iterdir()):
        answer = alice_browser.post(URL, {"file": SimpleUploadedFile(path.name, path.read_bytes())})
        assert answer.status_code in (303, 422), path.name
        if answer.status_code == 422:
            assert re.search(r"<[^>]*alert", answer.content.decode()), path.name


def test_a_cell_that_cannot_be_kept_is_named(alice_browser):
    url = bring(alice_browser, b"Name;E-Mail\nGood Ltd;not an address\n;\n")
    choose_columns(alice_browser, url)

    row = ImportRow.objects.get()
    assert row.state == "wrong"
    assert list(row.errors) == ["email"]


def test_withdrawing_needs_the_power_to_import(bob, alice):
    client = make_client(alice)

    with pytest.raises(Denied):
        undo(bob, client.pk)

    assert Client.objects.filter(pk=client.pk).exists()
