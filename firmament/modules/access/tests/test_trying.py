"""A draft of a role, tried on somebody: what is told is what happens once it is saved, and nothing is saved."""

import html
import re

from firmament.kernel.policies.actions import assign_role, revoke_role
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.decide import visible
from firmament.kernel.policies.effects import standing
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.policies.roles import change_role, powers_of_role
from firmament.kernel.policies.trial import try_on
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.tests.factories import make_role
from firmament.modules.clients.models import Client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.tests.factories import make_request


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def helper(ada) -> Role:
    """The one role that Bob has: a copy of what he had."""
    role = make_role(name="Helper")
    assign_role(ada, bob(), role)
    revoke_role(ada, bob(), Role.objects.get(code="staff"))
    return role


def draft(role: Role, *, without: str = "", person: Membership | None = None) -> dict[str, object]:
    powers = sorted(powers_of_role(role) - {without})
    rooms = {power.partition(".")[0] for power in powers}
    ticked = {f"powers_{room}": [p for p in powers if p.startswith(f"{room}.")] for room in rooms}
    chosen = {"tried_on": str(person.pk)} if person else {}
    return {"name": role.name, "clearance": role.clearance, **ticked, **chosen}


def test_a_trial_tells_what_comes_true_and_keeps_nothing(ada, alice, ledger, queued):
    role, before = helper(ada), Actor.of_staff(bob())
    make_request(alice, title="Payroll of May")
    waiting, seen = queued(), DocumentRequest.objects.visible_to(before).count()
    ledger.forget()

    def act() -> object:
        return change_role(
            ada,
            role,
            name="Helper",
            clearance="confidential",
            powers=powers_of_role(role) - {DocumentRequest.view_power},
        )

    told = try_on(ada, before, act)

    assert ledger.codes() == [] and queued() == waiting
    assert DocumentRequest.view_power in authority_of(before).powers
    assert told.lost == (DocumentRequest.view_power,) and told.gained == ()
    sight = {one.kind: one for one in told.sights}["documents.documentrequest"]
    act()
    forget_authority()
    assert (sight.before, sight.after) == (seen, DocumentRequest.objects.visible_to(before).count())
    assert "Payroll of May" in str(sight.lost)
    clients = {one.kind: one for one in told.sights}["clients.client"]
    assert (
        clients.same
        and clients.before == standing(Client).filter(visible(before, Client.view_power, Client)).count()
    )


def test_the_page_tries_a_draft_and_goes_on_to_save_it(ada, alice, ada_browser):
    role = helper(ada)
    make_request(alice, title="Payroll of May")
    there = powers_of_role(role)
    url = f"/w/acme/access/roles/{role.pk}/"

    untold = ada_browser.post(f"{url}try/", draft(role, without=DocumentRequest.view_power)).content.decode()
    told = html.unescape(
        ada_browser.post(
            f"{url}try/", draft(role, without=DocumentRequest.view_power, person=bob())
        ).content.decode()
    )

    assert "Your draft is kept below" in untold
    assert "What Bob Staff may do, before and after" in told and "Payroll of May" in told
    assert "/access/why/?person=m" in told and "tried as if it were given" not in told
    assert powers_of_role(role) == there
    shown = ada_browser.post(
        f"{url}change/", draft(role, without=DocumentRequest.view_power, person=bob())
    ).content.decode()
    mark = re.search(r'name="seen" value="([^"]+)"', shown)[1]
    saved = ada_browser.post(
        f"{url}change/", draft(role, without=DocumentRequest.view_power) | {"seen": mark}
    )
    assert saved.status_code == 303
    assert powers_of_role(role) == there - {DocumentRequest.view_power}


def test_it_is_tried_as_if_it_were_given_to_whoever_does_not_hold_it(ada, ada_browser):
    role = make_role(of="partner", name="Nearly a partner")

    told = ada_browser.post(
        f"/w/acme/access/roles/{role.pk}/try/", draft(role, person=bob())
    ).content.decode()

    assert "tried as if it were given" in told and "Why they cannot now" in told
    assert not RoleAssignment.objects.filter(role=role).exists()


def test_a_trial_that_runs_out_of_time_says_so(ada):
    role = helper(ada)

    told = try_on(ada, Actor.of_staff(bob()), lambda: role, seconds=0.0)

    assert told.cut and not told.nothing
    assert {one.before for one in told.sights} == {None}
