"""The desk, a look into a firm, and the firm's register."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from firmament.kernel.breakglass.actions import approve_session, close_session, end_by_firm
from firmament.kernel.breakglass.models import Session, State
from firmament.kernel.breakglass.tests.factories import (
    OLGA,
    OTTO,
    REASON,
    make_emergency,
    make_open,
    make_request,
    operator_actor,
)
from firmament.kernel.files.models import StoredFile
from firmament.kernel.identity.models import User
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.messages.models import Delivery
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.tenancy.models import FirmProfile, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.web.operating import admit
from firmament.lib.instant import at, now
from firmament.modules.clients.models import Client as FirmClient
from firmament.modules.clients.models import Contact
from firmament.modules.operators.public import breakglass_register
from firmament.modules.operators.urls import operator_urlpatterns

LOOKING = ("firm", "people", "work", "messages", "files", "events")
ASKED = {"reason": REASON, "ticket": "OPS-9", "minutes": "30"}


@pytest.fixture
def olga(acme):
    return browser_of(OLGA)


@pytest.fixture
def otto(acme):
    return browser_of(OTTO)


def place(name: str, **more: object) -> str:
    return reverse(f"operate:{name}", kwargs={"firm": "acme", **more})


def reads(session: Session) -> list[str]:
    told = Entry.objects.about("breakglass.session", session.pk).filter(code="breakglass.session_read")
    return [
        payload["page"] for payload in told.order_by("occurred_at", "pk").values_list("payload", flat=True)
    ]


def test_the_way_in_is_asked_for_agreed_to_begun_read_closed_and_looked_over(olga, otto, ada_browser):
    assert olga.get("/").url == "/operate/"
    assert olga.post(place("ask"), {**ASKED, "reason": "short", "how": "approval"}).status_code == 422
    assert olga.post(place("ask"), {**ASKED, "how": "approval"}).status_code == 303
    session = Session.objects.get()
    assert olga.get(place("firm")).url == place("ask")
    assert olga.post(place("approve", pk=session.pk)).status_code == 404
    assert REASON in otto.get("/operate/sessions/").content.decode()
    otto.post(place("approve", pk=session.pk))
    olga.post(place("begin", pk=session.pk))

    assert olga.get(place("firm")).status_code == 200
    olga.post(place("close", pk=session.pk))
    assert olga.get(place("firm")).url == place("ask")
    shown = otto.get(place("review", pk=session.pk)).content.decode()
    assert "Overview" in shown
    sent = otto.post(place("review", pk=session.pk), {"verdict": "justified", "note": "Needed."})

    assert sent.status_code == 303
    page = ada_browser.get(f"/w/acme/platform-access/{session.pk}/").content.decode()
    assert all(words in page for words in ("Olga Operator", "Otto Operator", "Overview", "Needed.", REASON))
    [row] = breakglass_register(staff_actor("ada@acme.example"))
    assert (row.pages_read, row.verdict, row.ended_how, row.needs_review) == (1, "justified", "hand", False)


def test_every_page_is_written_down_once_before_it_is_shown(olga, ledger):
    session = make_emergency()
    for name in LOOKING:
        assert olga.get(place(name) + "?sort=x").status_code == 200, name

    assert reads(session) == [f"operate:{name}" for name in LOOKING]
    entry = ledger.entries()[-1]
    assert (entry.domain, entry.category) == ("operator", "break_glass")
    assert entry.payload["path"] == "/operate/in/acme/events/?sort=x"
    assert olga.head(place("firm")).status_code == 200
    assert len(reads(session)) == len(LOOKING) + 1


def test_what_cannot_be_written_down_is_not_shown(olga, monkeypatch):
    make_emergency()

    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the ledger is away")

    monkeypatch.setattr(f"{admit.__module__}.note_read", fails)
    olga.raise_request_exception = False

    assert olga.get(place("people")).status_code == 500


def test_nothing_can_be_written_in_a_look(olga, monkeypatch):
    make_emergency()
    for name in LOOKING:
        assert olga.post(place(name)).status_code == 405, name
    from firmament.modules.operators.views import looking

    def writes() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return {"members": cursor.fetchone()[0], "tables": ()}

    monkeypatch.setattr(looking.reports, "overview", writes)

    assert ">on<" in re.sub(r"\s", "", olga.get(place("firm")).content.decode())


def test_the_time_the_firm_and_the_hand_each_shut_every_page(olga, ada):
    for end in ("time", "firm", "hand"):
        session = make_emergency(minutes=5)
        assert olga.get(place("people")).status_code == 200
        late = timedelta(0)
        if end == "time":
            late = timedelta(minutes=5)
        elif end == "firm":
            end_by_firm(ada, session)
        else:
            close_session(operator_actor(), session)
        with at(now() + late):
            for name in LOOKING:
                assert olga.get(place(name)).url == place("ask"), (end, name)
            if end == "time":
                close_session(operator_actor(), session)
        assert reads(session) == ["operate:people"]


def test_a_banner_stands_on_every_page_with_the_time_left_and_a_way_out(olga):
    session = make_emergency(minutes=90)
    pages = ["/operate/", "/operate/sessions/", place("ask"), *(place(name) for name in LOOKING)]

    for page in pages:
        shown = olga.get(page).content.decode()
        assert "Acme is open to you for reading" in shown, page
        assert "1 h 30 min left" in shown
        assert place("close", pk=session.pk) in shown
    olga.post(place("close", pk=session.pk))
    olga.get("/operate/")
    assert "is open to you for reading" not in olga.get("/operate/").content.decode()


def test_the_desk_is_nobodys_but_the_operators(acme, ada_browser, carla_browser, client):
    session = make_request(OTTO)
    addresses = ["/operate/", "/operate/sessions/"]
    for pattern in operator_urlpatterns[2:]:
        takes = {"pk": session.pk} if "pk" in pattern.pattern.converters else {}
        addresses.append(place(pattern.name, **takes))

    for address in addresses:
        for browser in (ada_browser, carla_browser):
            assert browser.get(address).status_code == 404, address
            assert browser.post(address).status_code == 404, address
        assert client.get(address).url.startswith("/accounts/login/")
    session.refresh_from_db()
    assert session.state == State.REQUESTED


def test_an_operator_enters_no_firm_by_the_firms_doors(olga):
    make_emergency()

    for address in ("/w/acme/home/", "/w/acme/clients/", "/w/acme/platform-access/", "/portal/acme/home/"):
        assert olga.get(address).status_code == 404


def test_no_word_of_the_firm_is_on_any_page(olga, alice, run_jobs):
    """Whatever anybody wrote carries a mark; none of it is on a page of the look."""
    mark = "Zyxmark"
    FirmClient.objects.update(name=f"{mark} Bakery", reference=mark)
    Contact.objects.update(name=mark, email=f"{mark}@x.example")
    Membership.objects.update(title=mark)
    FirmProfile.objects.update(legal_name=mark)
    Role.objects.filter(built_in=False).update(name=mark)
    Team.objects.update(name=mark)
    Delivery.objects.update(
        recipient_name=mark,
        recipient_email=f"{mark}@x.example",
        subject=mark,
        text=mark,
        html=mark,
        error=mark,
    )
    StoredFile.objects.update(name=f"{mark}.pdf")
    JobRun.objects.update(error_text=mark, progress_what=mark)
    people = set(Membership.objects.values_list("user_id", flat=True))
    User.objects.filter(pk__in=people).update(name=mark)
    make_emergency()
    mails = list(Membership.objects.values_list("user__email", flat=True))

    for name in LOOKING:
        shown = olga.get(place(name)).content.decode()
        assert mark not in shown, name
        assert not [mail for mail in mails if mail in shown], name
        wanted = "".join(f"&columns={one}" for one in ("reason", "recipient_email", "payload", "error_text"))
        assert mark not in olga.get(f"{place(name)}?{wanted}").content.decode(), name


def test_partners_read_the_register_and_administrators_end_a_session(
    olga, ada_browser, alice_browser, bob_browser
):
    session = make_open()
    register = "/w/acme/platform-access/"
    assert bob_browser.get(register).status_code == 403
    assert "OPS-411" in alice_browser.get(register).content.decode()
    assert alice_browser.post(f"{register}{session.pk}/end/").status_code == 403
    assert "OPS-411" in ada_browser.get(register).content.decode()

    assert ada_browser.post(f"{register}{session.pk}/end/").status_code == 303

    session.refresh_from_db()
    assert (session.state, session.closed_how) == (State.CLOSED, "firm")
    assert olga.get(place("firm")).status_code == 302
    file = ada_browser.post(register, {"export": "csv"})
    assert file.status_code == 200 and b"Olga Operator" in b"".join(file)


def test_the_register_is_empty_until_somebody_looks(ada_browser):
    assert "Nobody has looked in" in ada_browser.get("/w/acme/platform-access/").content.decode()


def test_the_register_costs_the_same_for_one_and_for_six(ada_browser, queries):
    def one_more() -> None:
        close_session(operator_actor(), make_emergency())

    one_more()
    with queries() as one:
        ada_browser.get("/w/acme/platform-access/")
    for _ in range(5):
        one_more()

    with queries() as six:
        ada_browser.get("/w/acme/platform-access/")

    assert six.count == one.count <= 8


def test_the_list_of_firms_shows_their_work_and_nothing_else(olga, globex):
    shown = olga.get("/operate/").content.decode()

    assert "Acme" in shown and "Globex" in shown
    assert "Carla" not in shown and "Ada" not in shown
    assert "Globex" not in olga.get("/operate/?q=acm").content.decode()


def test_sessions_in_two_firms_stand_beside_each_other(olga, globex):
    make_emergency()
    with firm_transaction(globex.pk):
        session = make_request()
        approve_session(operator_actor(OTTO), session)

    shown = olga.get("/operate/sessions/").content.decode()

    assert "Acme" in shown and "Globex" in shown and "Begin" in shown
