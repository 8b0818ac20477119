"""Powers lent for a time: what the borrower may do, what they may not, and how it ends."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from firmament.kernel.identity.actions import deactivate_membership
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.actions import create_team, raise_wall, revoke_role
from firmament.kernel.policies.audience import audience_of
from firmament.kernel.policies.authority import authority_of, everybody, forget_authority
from firmament.kernel.policies.decide import Denied, allows, may
from firmament.kernel.policies.explain import explain
from firmament.kernel.policies.lending import lend_powers, lendable_powers, take_back
from firmament.kernel.policies.models import DelegatedPower, Delegation, Role, Wall
from firmament.kernel.policies.powers import declaration
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.weighing import saved
from firmament.lib.instant import at, now
from firmament.modules.access.tests.factories import make_lending
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_member

AWAY = "/w/acme/access/lent/away/"
LENT = "/w/acme/access/lent/"


def member(name: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{name}@acme.example")


def told(answer) -> str:
    return answer.content.decode()


def filled(**changes: object) -> dict[str, object]:
    day = now().date()
    form = {
        "borrower": member("bob").pk,
        "starts_at": str(day),
        "ends_at": str(day + timedelta(days=5)),
        "reason": "On leave",
        "powers_audit": ["audit.view"],
    }
    return form | changes


def test_the_borrower_may_at_once_and_for_as_long_as_it_lasts(alice, bob, bob_browser, ledger):
    before = bob_browser.get("/w/acme/audit/").status_code
    ledger.forget()
    lent = make_lending(powers=["audit.view"])
    recorded = ledger.codes()

    during = bob_browser.get("/w/acme/audit/").status_code
    with at(lent.ends_at - timedelta(seconds=1)):
        forget_authority()
        last = may(bob, "audit.view")
    with at(lent.ends_at):
        forget_authority()
        over = may(bob, "audit.view")
    forget_authority()

    assert (before, during) == (403, 200)
    assert (last, over) == (True, False)
    assert recorded == ["policies.powers_lent"]


def test_every_entry_made_by_lent_powers_says_so_and_others_do_not(alice, bob, ledger):
    lent = make_lending(powers=["policies.manage_teams"])
    ledger.forget()

    create_team(bob, name="Lent")
    entry = Entry.objects.get(code="policies.team_created")

    assert entry.membership_id == bob.membership_id
    assert f"lent:{lent.pk}" in entry.roles


def test_an_entry_by_ones_own_power_names_no_lending(alice, ledger):
    make_lending(powers=["policies.manage_teams"])

    create_team(alice, name="Own")

    assert not any(role.startswith("lent:") for role in Entry.objects.get(code="policies.team_created").roles)


def test_the_borrower_stays_behind_their_own_walls_and_the_lenders(ada, alice, bob):
    hers, his, free = (make_client(ada, name=name) for name in ("Hers", "His", "Free"))
    raise_wall(ada, reason="x", membership=member("alice"), client_id=hers.pk)
    raise_wall(ada, reason="x", membership=member("bob"), client_id=his.pk)
    make_lending(powers=["clients.archive"])

    seen = {client.name for client in (hers, his, free) if allows(bob, "clients.archive", client)}

    assert seen == {"Free"}
    assert allows(bob, "clients.view", hers), "what he may do himself he still may"


def test_what_was_lent_is_not_lent_on_and_gives_no_right_to_hand_it_out(alice, bob):
    make_lending(powers=["audit.view"])
    carl = make_member()

    with pytest.raises(ValidationError):
        lend_powers(
            bob,
            lender=member("bob"),
            borrower=carl,
            powers=["audit.view"],
            starts_at=now(),
            ends_at=now() + timedelta(days=1),
            reason="x",
        )

    assert "audit.view" not in authority_of(bob).held
    assert "audit.view" not in lendable_powers(authority_of(bob))


def test_what_outlives_an_absence_cannot_be_lent(ada):
    could = lendable_powers(authority_of(ada))

    assert not could & {
        "policies.assign_roles",
        "policies.manage_roles",
        "policies.lend",
        "policies.manage_delegations",
        "identity.deactivate_people",
        "identity.issue_tokens",
    }
    assert "audit.view" in could


def test_what_the_lender_loses_the_borrower_loses(ada, alice, bob):
    make_lending(powers=["audit.view"])
    assert may(bob, "audit.view")

    revoke_role(ada, member("alice"), Role.objects.get(code="partner"))

    assert not may(bob, "audit.view")


def test_a_lender_who_leaves_lends_nothing_any_more(ada, alice, bob):
    make_lending(powers=["audit.view"])

    deactivate_membership(ada, member("alice"))
    forget_authority()

    assert not may(bob, "audit.view")


def test_a_program_of_the_borrower_borrows_nothing(alice, bob):
    make_lending(powers=["audit.view"])
    token = Actor.of_token(
        member("bob"), token_id=member("bob").pk, name="Script", scopes=frozenset({"audit.*"})
    )

    assert may(bob, "audit.view")
    assert not may(token, "audit.view")


def test_it_is_taken_back_by_the_lender_and_by_who_may_but_not_by_the_borrower(ada, alice, bob, ledger):
    lent = make_lending(powers=["audit.view"])
    ledger.forget()

    with pytest.raises(Denied):
        take_back(bob, lent)
    take_back(alice, lent)
    take_back(ada, lent)

    assert not may(bob, "audit.view")
    assert ledger.codes() == ["policies.powers_taken_back"]


def test_lists_explanation_and_who_can_see_agree_with_it(ada, alice, bob):
    revoke_role(ada, member("bob"), Role.objects.get(code="staff"))
    lent = make_lending(powers=["clients.view"])

    why = explain(bob, "clients.view", carlas_bakery())
    paths = {seer.actor.name: seer.paths for seer in audience_of("clients.view", carlas_bakery()).seers}

    assert Client.objects.visible_to(bob).count() == Client.objects.visible_to(alice).count() > 0
    assert why.verdict is True
    assert why.rule_id == "clients.view/lent"
    assert "Lent by Alice Partner until" in why.paths[0].loan
    assert why.change is not None and "taken back" in why.change.sentence
    assert "Lent by Alice Partner until" in paths["Bob Staff"][0]
    take_back(alice, lent)
    assert not Client.objects.visible_to(bob).exists()


def test_an_administrator_lends_in_the_place_of_somebody_and_nobody_else_does(ada, alice, bob):
    about = {
        "lender": member("alice"),
        "borrower": member("bob"),
        "powers": ["audit.view"],
        "starts_at": now(),
        "ends_at": now() + timedelta(days=2),
        "reason": "Ill",
    }

    with pytest.raises(Denied):
        lend_powers(bob, **about)
    lend_powers(ada, **about)

    assert may(bob, "audit.view")


def test_the_times_make_sense(alice):
    for starts, ends in ((0, -1), (2, 1), (0, 400), (-3, -2)):
        with pytest.raises(ValidationError):
            lend_powers(
                alice,
                lender=member("alice"),
                borrower=member("bob"),
                powers=["audit.view"],
                starts_at=now() + timedelta(days=starts),
                ends_at=now() + timedelta(days=ends),
                reason="x",
            )
    with pytest.raises(ValidationError):
        lend_powers(
            alice,
            lender=member("alice"),
            borrower=member("alice"),
            powers=["audit.view"],
            starts_at=now(),
            ends_at=now() + timedelta(days=1),
            reason="x",
        )

    assert not Delegation.objects.exists()


def test_what_was_lent_is_never_changed_afterwards(alice):
    lent = make_lending(powers=["audit.view"])

    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        DelegatedPower.objects.filter(delegation=lent).update(power="policies.raise_wall")

    assert DelegatedPower.objects.get(delegation=lent).power == "audit.view"


def test_the_page_shows_what_it_does_before_and_the_list_afterwards(alice_browser, bob_browser, ledger):
    ledger.forget()
    shown = told(alice_browser.post(AWAY, filled()))
    nothing_yet = ledger.codes()

    saved(alice_browser, AWAY, filled())
    listed = told(alice_browser.get(LENT))
    his = told(bob_browser.get(AWAY))

    assert "Bob Staff can do this from then on" in shown
    assert nothing_yet == []
    assert ledger.codes() == ["policies.powers_lent"]
    assert "Bob Staff stands in for Alice Partner" in listed
    assert "You stand in for others" in his
    lent = Delegation.objects.get()
    saved(alice_browser, f"{LENT}{lent.pk}/back/")
    lent.refresh_from_db()
    assert lent.taken_back_at is not None


def test_the_page_refuses_beside_the_field(alice_browser):
    past = alice_browser.post(AWAY, filled(starts_at="2020-01-01", ends_at="2020-01-02"))
    empty = alice_browser.post(AWAY, filled(powers_audit=[]))

    assert past.status_code == empty.status_code == 422
    assert re.search(r'name="ends_at"[^>]*aria-invalid="true"', told(past))
    assert "Choose what is lent" in told(empty)


def test_only_who_may_arranges_it_for_others(alice_browser, ada):
    ask = f"{AWAY}?for={member('bob').pk}"

    assert alice_browser.get(ask).status_code == 404
    assert "Bob Staff is away" in told(browser_of("ada@acme.example").get(ask))


def test_of_what_others_lent_each_sees_their_own(alice, ada):
    make_lending(lender="alice", borrower="ada", powers=["audit.view"])

    assert not Delegation.objects.visible_to(staff_actor("bob@acme.example")).exists()
    assert Delegation.objects.visible_to(staff_actor("alice@acme.example")).exists()
    assert Wall.objects.count() == 0


def test_what_begins_later_is_shown_as_it_will_be_and_counts_only_then(alice_browser, bob):
    day = now().date() + timedelta(days=3)
    later = filled(starts_at=str(day), ends_at=str(day + timedelta(days=2)))

    shown = told(alice_browser.post(AWAY, later))
    saved(alice_browser, AWAY, later)

    assert "Bob Staff can do this from then on" in shown
    assert not may(bob, "audit.view")
    with at(now() + timedelta(days=4)):
        forget_authority()
        assert may(bob, "audit.view")
    forget_authority()


def test_what_is_sensitive_is_not_ticked_beforehand(alice_browser):
    page = told(alice_browser.get(AWAY))

    boxes = dict(re.findall(r'<input type="checkbox"[^>]*value="([^"]+)"([^>]*)>', page))
    ticked = {power for power, rest in boxes.items() if "checked" in rest}
    assert ticked and ticked == {power for power in boxes if not declaration(power).sensitive}
    assert ticked != boxes.keys()


def test_everybody_at_once_is_each_one_by_one_and_costs_the_same_however_many_borrow(
    ada, alice, bob, queries
):
    make_lending(powers=["audit.view"])
    with queries() as one:
        everybody()
    make_lending(lender="ada", borrower="bob", powers=["audit.view", "policies.manage_teams"])
    make_lending(lender="ada", borrower="alice", powers=["audit.export"])

    with queries() as three:
        together = everybody()
    forget_authority()

    assert three.count == one.count <= 4
    assert [len(held.loans) for actor, held in together.items() if actor.user_id == bob.user_id] == [2]
    assert {actor: authority_of(actor) for actor in together} == together
