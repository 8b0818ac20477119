"""Changes of regulated rows: shown beneath their entry, hidden behind walls, erased with the rest."""

from firmament.kernel.ledger.erasure import row_values_with
from firmament.kernel.ledger.models import Entry, RowChange, RowValue
from firmament.kernel.ledger.payload import commitment
from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.audit.reports.rows import changes_for
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import make_request

URL = "/w/acme/audit/"
TITLE = "Papers of Zebulon Quark"
SURE = {"reason": "He asked for it, letter of 3 March", "confirm": "Erase"}


def told(answer) -> str:
    return answer.content.decode()


def requested(alice, *, sent=True):
    request = make_request(alice, title=TITLE, sent=sent)
    entry = Entry.objects.about("documents.documentrequest", request.pk).order_by("pk")[0]
    return request, entry


def test_the_page_of_an_entry_shows_the_rows_of_its_transaction(alice, ada_browser):
    _request, entry = requested(alice)

    shown = told(ada_browser.get(f"{URL}{entry.pk}/"))

    assert "Rows changed in the same stroke" in shown
    assert "firmament_app" in shown and TITLE in shown


def test_what_a_row_held_is_found_by_its_text_and_erased_with_the_rest(alice, ada_browser):
    _request, entry = requested(alice)
    kept = row_values_with("zebulon quark").select_related("change").get(change__operation="insert")

    found = told(ada_browser.post(f"{URL}erase/", {"text": "zebulon quark"}))
    answer = ada_browser.post(f"{URL}erase/", {"text": "zebulon quark", **SURE})

    assert "Kept of regulated rows" in found
    assert answer.status_code == 303
    assert not row_values_with(TITLE).exists()
    change = RowChange.objects.get(pk=kept.change_id)
    assert change.commitment == commitment(bytes(kept.salt), kept.value), (
        "who kept the value can still prove it"
    )
    line = Entry.objects.filter(code="ledger.personal_values_erased").latest("pk")
    assert str(change.pk) in line.payload["change_ids"]
    assert "What stood there was erased" in told(ada_browser.get(f"{URL}{entry.pk}/"))


def test_erasing_one_entry_takes_what_its_rows_held(alice, ada_browser):
    request, entry = requested(alice)

    ada_browser.post(f"{URL}{entry.pk}/erase/", SURE)

    assert not RowValue.objects.filter(change__row_id=request.pk).exists()
    assert RowChange.objects.filter(row_id=request.pk).exists()


def test_erasing_all_about_a_client_reaches_the_documents_asked_of_it(alice, ada_browser, run_jobs):
    # A sent one has letters on their way, and what follows from an entry needs its values.
    request, _entry = requested(alice, sent=False)
    run_jobs()
    items = list(request.items.values_list("pk", flat=True))
    assert RowValue.objects.filter(change__row_id__in=items).count() >= len(items) >= 1

    ada_browser.post(f"{URL}erase/about/{request.client_id}/", SURE)

    assert not RowValue.objects.filter(change__row_id__in=[request.pk, *items]).exists()


def test_behind_a_wall_no_change_of_that_client_is_seen(alice, ada, ada_browser):
    request, _entry = requested(alice)
    assert request.client_id == carlas_bakery().pk
    items = list(request.items.values_list("pk", flat=True))
    mine = [request.pk, *items]
    assert changes_for(ada).filter(row_id__in=mine).count() >= 2

    make_wall(alice, Membership.objects.get(pk=ada.membership_id))

    assert not changes_for(ada).filter(row_id__in=mine).exists()
    assert changes_for(ada).filter(of_table="policies_rolepower").count() == (
        RowChange.objects.filter(of_table="policies_rolepower").count()
    )
    assert changes_for(alice).filter(row_id__in=mine).count() >= 2


def test_a_deleted_row_whose_client_nobody_can_name_is_hidden_from_whoever_stands_behind_a_wall(alice, ada):
    request, _entry = requested(alice)
    request.items.first().delete()
    gone = RowChange.objects.filter(of_table="documents_requestitem", operation="delete")
    assert changes_for(ada).filter(pk__in=gone.values("pk")).count() == 1

    make_wall(alice, Membership.objects.get(pk=ada.membership_id))

    assert not changes_for(ada).filter(pk__in=gone.values("pk")).exists()
