"""Seeing Firmament as somebody else sees it: the same pages, within what both may see, and nothing is changed."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from firmament.kernel.identity.looking import begin_look
from firmament.kernel.identity.models import Look, User
from firmament.kernel.ledger.events import Event
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.record import OnlyLooking, record
from firmament.kernel.policies.actions import assign_role, raise_wall
from firmament.kernel.policies.decide import Denied, allows, require
from firmament.kernel.policies.models import Role
from firmament.kernel.policies.roles import change_role, copy_role, powers_of_role
from firmament.kernel.proof.tests.factories import number_everything
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.law import firm_models
from firmament.lib.ids import uuid7
from firmament.modules.access.tests.looks import NEW, as_bob, as_carla, look, member
from firmament.modules.clients.models import Client as ClientRow
from firmament.modules.clients.policies import Can as Clients
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission


def bare(answer) -> str:
    """A page without what belongs to its own request."""
    text = re.sub(r'<div class="notice-bar.*?</div>\n', "", answer.content.decode(), flags=re.S)
    text = re.sub(
        r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>|csrf-token" content="[^"]*"', "", text
    )
    return re.sub(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f-]{16,17}(?=</code>|\")", "id", text)


def counts() -> dict[str, int]:
    trail = ("Entry", "EntryTarget", "PersonalValue", "PendingEntry")
    return {m.__name__: m.objects.count() for m in firm_models() if m.__name__ not in trail}


def test_every_page_says_as_whom_and_each_stands_in_the_trail_with_both_names(ada, ada_browser, ledger):
    ledger.forget()
    as_bob(ada_browser)

    answer = ada_browser.get("/w/acme/clients/?q=secret").content.decode()
    ada_browser.post("/looking/stop/")

    assert "You see Firmament as Bob Staff sees it. Nothing can be changed." in answer
    assert 'action="/looking/stop/"' in answer
    begun, seen, ended = ledger.entries()
    assert [entry.code for entry in (begun, seen, ended)] == [
        "identity.look_begun",
        "identity.page_seen_as",
        "identity.look_ended",
    ]
    assert {entry.user_id for entry in ledger.entries()} == {ada.user_id}
    assert set(Entry.objects.about("identity.user", member("bob").user_id)) >= {begun, seen, ended}
    assert seen not in set(Entry.objects.about("tenancy.membership", member("bob").pk))
    assert (seen.payload["page"], seen.payload["path"]) == ("clients:client_list", "/w/acme/clients/")
    assert "secret" not in str(seen.payload)
    assert "notice-bar" not in ada_browser.get("/w/acme/clients/").content.decode()


def test_what_is_shown_is_what_the_person_gets(alice, ada_browser, bob_browser):
    make_request(alice, title="Accounts of the year")
    pages = [
        "",
        "home/",
        "clients/",
        f"clients/{carlas_bakery().pk}/",
        "documents/",
        "engagements/",
        "snippets/",
    ]
    pages += [
        "firms/people/",
        f"firms/people/{member('alice').pk}/",
        "access/lent/",
        "clients/new/",
        "search/?q=account",
    ]
    as_bob(ada_browser)

    for page in pages:
        theirs, mine = (browser.get(f"/w/acme/{page}", follow=True) for browser in (bob_browser, ada_browser))

        assert theirs.status_code == mine.status_code, page
        assert bare(theirs) == bare(mine), page


def test_the_portal_is_shown_as_the_client_gets_it(alice, carla, ada_browser, carla_browser):
    request = make_request(alice, title="Receipts of May")
    as_carla(ada_browser, carla)

    for page in ("", "home/", "documents/", f"documents/{request.pk}/", "search/?q=receipts"):
        theirs, mine = (
            browser.get(f"/portal/acme/{page}", follow=True) for browser in (carla_browser, ada_browser)
        )

        assert theirs.status_code == mine.status_code == 200, page
        assert bare(theirs) == bare(mine), page
    assert "as Carla" in ada_browser.get("/portal/acme/home/").content.decode()


def test_a_refused_page_is_refused_and_says_as_whom(ada_browser):
    as_bob(ada_browser)

    answer = ada_browser.get("/w/acme/audit/")

    assert answer.status_code == 403
    assert "as Bob Staff sees it" in answer.content.decode()


def test_nothing_is_changed_from_any_page(alice, ada_browser, ledger):
    client = carlas_bakery()
    as_bob(ada_browser)
    before = counts()
    ledger.forget()

    for path in (
        "clients/new/",
        f"clients/{client.pk}/edit/",
        "firms/profile/theme/",
        "access/lent/away/",
        "macros/run/",
    ):
        for method in (ada_browser.post, ada_browser.put, ada_browser.delete):
            answer = method(f"/w/acme/{path}", {"name": "Mine now", "theme": "dark"})
            assert answer.status_code in (403, 404), path
    assert "nothing is changed" in ada_browser.post("/w/acme/clients/new/").content.decode()

    assert ledger.codes() == []
    assert counts() == before


def test_no_action_goes_on_and_nothing_is_recorded_in_their_name(ada, bob):
    looking = Actor(
        domain=bob.domain,
        firm_id=bob.firm_id,
        user_id=bob.user_id,
        membership_id=bob.membership_id,
        looker=ada,
    )

    require(looking, Clients.VIEW, carlas_bakery())
    with pytest.raises(Denied) as refused:
        require(looking, Clients.CREATE)
    with pytest.raises(OnlyLooking):
        record(looking, Event())

    assert refused.value.looking
    assert allows(looking, Clients.CREATE) == allows(bob, Clients.CREATE)


def test_a_page_that_writes_while_it_is_read_cannot(ada_browser, monkeypatch):
    as_bob(ada_browser)
    ada_browser.raise_request_exception = False
    monkeypatch.setattr(
        "firmament.kernel.web.page.shell_for", lambda request: ClientRow.objects.update(name="Changed")
    )

    answer = ada_browser.get("/w/acme/clients/")

    assert answer.status_code == 500
    assert not ClientRow.objects.filter(name="Changed").exists()


def test_what_is_theirs_alone_is_not_shown(alice, ada_browser, carla):
    submission = make_submission(alice, item_of(make_request(alice)))
    as_bob(ada_browser)

    for path in (
        "/w/acme/firms/profile/",
        "/w/acme/firms/profile/tokens/new/",
        "/accounts/sessions/",
        "/accounts/password/change/",
        "/files/anything/",
        f"/w/acme/documents/submissions/{submission.pk}/file/",
        "/w/globex/clients/",
        "/portal/acme/home/",
    ):
        answer = ada_browser.get(path)
        assert answer.status_code in (403, 404), path
        assert "as Bob Staff" in answer.content.decode(), path


def test_no_file_leaves(ada_browser, settings, tmp_path, ledger):
    settings.PROOF_ROOT = tmp_path
    number_everything()
    assert "attachment" in ada_browser.get("/w/acme/audit/proof/checkpoint/")["Content-Disposition"]
    look(ada_browser, f"m:{member('alice').pk}")
    ledger.forget()

    answer = ada_browser.get("/w/acme/audit/proof/checkpoint/")

    assert answer.status_code == 403
    assert "Content-Disposition" not in answer.headers and "downloaded" in answer.content.decode()
    assert ledger.codes() == []


def test_a_wall_before_the_looker_holds(alice, ada, bob, ada_browser):
    hidden = carlas_bakery()
    raise_wall(alice, reason="His brother", membership=member("ada"), client_id=hidden.pk)
    make_request(alice, title="Beyond the wall")
    assert allows(bob, Clients.VIEW, hidden)
    as_bob(ada_browser)

    listed = ada_browser.get("/w/acme/clients/").content.decode()

    assert hidden.name not in listed
    assert ada_browser.get(f"/w/acme/clients/{hidden.pk}/").status_code == 404
    assert "Beyond the wall" not in ada_browser.get("/w/acme/documents/").content.decode()
    assert "Beyond the wall" not in ada_browser.get("/w/acme/search/?q=beyond").content.decode()


def test_a_clients_person_behind_the_lookers_wall_cannot_be_looked_as(alice, carla, ada_browser):
    raise_wall(alice, reason="His brother", membership=member("ada"), client_id=carlas_bakery().pk)

    answer = look(ada_browser, f"u:{carla.user_id}")

    assert answer.status_code == 422
    assert not Look.objects.exists()


def test_nobody_looks_as_whoever_may_do_more(ada, alice):
    helper = copy_role(ada, Role.objects.get(code="read_only"), name="Helper")
    change_role(
        ada,
        helper,
        name="Helper",
        clearance="restricted",
        powers=powers_of_role(helper) | {"identity.see_as"},
    )
    assign_role(ada, member("bob"), helper)
    bob = Actor.of_staff(member("bob"))

    with pytest.raises(ValidationError, match="Alice Partner may do what you may not"):
        begin_look(bob, member=member("alice"), reason="To see", session_id=uuid7())
    with pytest.raises(ValidationError, match="somebody else"):
        begin_look(bob, member=member("bob"), reason="To see", session_id=uuid7())
    with pytest.raises(Denied):
        begin_look(alice, member=member("bob"), reason="To see", session_id=uuid7())

    assert not Look.objects.exists()


def test_a_form_drawn_before_is_not_sent_by_another_afterwards(acme):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(email="ada@acme.example"))

    def token() -> str:
        text = browser.get(reverse("access:look_new", kwargs={"firm": "acme"})).content.decode()
        return re.search(r'csrfmiddlewaretoken" value="([^"]+)"', text)[1]

    stale = token()
    begun = {"person": f"m:{member('bob').pk}", "reason": "To see", "csrfmiddlewaretoken": stale}
    assert browser.post(NEW, begun).status_code == 303
    during = re.search(r'csrf-token" content="([^"]+)"', browser.get("/w/acme/clients/").content.decode())[1]
    assert browser.post("/looking/stop/", {"csrfmiddlewaretoken": during}).status_code == 303

    assert (
        browser.post("/w/acme/clients/new/", {"name": "X", "csrfmiddlewaretoken": during}).status_code == 403
    )
    assert (
        browser.post("/w/acme/clients/new/", {"name": "X", "csrfmiddlewaretoken": stale}).status_code == 403
    )
    assert browser.post(NEW, begun | {"csrfmiddlewaretoken": token()}).status_code == 303


def test_both_find_it_and_nobody_else(alice, ada_browser, bob_browser, alice_browser):
    as_bob(ada_browser)
    ada_browser.post("/looking/stop/")

    pages = {
        who: browser.get("/w/acme/access/looks/").content.decode()
        for who, browser in (("ada", ada_browser), ("bob", bob_browser), ("alice", alice_browser))
    }

    assert "He misses a client" in pages["ada"] and "He misses a client" in pages["bob"]
    assert "He misses a client" not in pages["alice"]
    assert "See as them" in ada_browser.get(f"/w/acme/firms/people/{member('bob').pk}/").content.decode()
    assert (
        "See as them" not in alice_browser.get(f"/w/acme/firms/people/{member('bob').pk}/").content.decode()
    )


def test_a_page_that_is_not_looked_at_costs_nothing_more(ada_browser, queries):
    ada_browser.get("/w/acme/clients/")
    with queries() as plain:
        ada_browser.get("/w/acme/clients/")
    usual, asked = plain.count, " ".join(plain.statements)
    as_bob(ada_browser)
    with queries() as looked:
        ada_browser.get("/w/acme/clients/")

    assert "identity_look" not in asked
    print(f"{usual} queries, {looked.count} while looking")
    # The look, the person, their authority and the looker's, and the line of the trail with what it is about.
    assert looked.count <= usual + 12
