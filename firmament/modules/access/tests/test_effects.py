"""What a change would do, said beforehand: exactly what it then does, to everybody, and nothing stays of the looking."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.actions import (
    add_to_team,
    assign_role,
    change_portal_scopes,
    create_team,
    raise_wall,
    revoke_portal,
    revoke_role,
)
from firmament.kernel.policies.authority import everybody, forget_authority
from firmament.kernel.policies.checks import paths_of
from firmament.kernel.policies.decide import Denied, allows
from firmament.kernel.policies.effects import Effect, foresee, kinds, standing
from firmament.kernel.policies.fields import resolve
from firmament.kernel.policies.models import PortalGrant, Role, RoleAssignment, Wall
from firmament.kernel.policies.powers import declarations
from firmament.kernel.policies.roles import change_role, powers_of_role
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.weighing import MARK
from firmament.modules.access.tests.factories import make_role
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.tests.factories import make_engagement

Reach = dict[tuple[str, str], set[object]]


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def reach() -> Reach:
    """Brute force: everybody, every kind, every row, asked one by one."""
    forget_authority()
    return {
        (actor.name, model._meta.label_lower): {
            row.pk for row in standing(model) if allows(actor, declared.power, row)
        }
        for actor in everybody()
        for model, declared in kinds()
    }


def moves(before: Reach, after: Reach) -> set[tuple[bool, str, int, tuple[str, ...]]]:
    """(lost, kind, how many different things, who), as brute force finds it."""
    found = set()
    for _model, declared in kinds():
        kind = next(iter(declared.through))
        for lost in (True, False):
            old, new = (before, after) if lost else (after, before)
            gone = {
                who: old[who, label] - new.get((who, label), set()) for who, label in old if label == kind
            }
            things = set().union(*gone.values()) if gone else set()
            if things:
                people = tuple(sorted(who for who, rows in gone.items() if rows))
                found.add((lost, kind, len(things), people))
    return found


def told(effect: Effect) -> set[tuple[bool, str, int, tuple[str, ...]]]:
    return {(one.lost, one.kind, one.count, one.people) for one in effect.moved}


@pytest.fixture
def things(alice):
    """A few things of several kinds."""
    client = make_client(alice, name="Northwind")
    make_request(alice)
    make_engagement(alice, carlas_bakery(), title="Accounts")
    make_engagement(alice, client, title="Advice")
    return client


def changes(ada, alice, things):
    """Each kind of change there is, as (what, act)."""
    staff, admin = Role.objects.get(code="staff"), Role.objects.get(code="firm_admin")
    own = make_role(of="staff", name="Own")
    assign_role(ada, bob(), own)
    team = create_team(ada, name="Tax")
    raise_wall(ada, reason="x", team=team, client_id=things.pk)
    add_to_team(ada, team, Membership.objects.get(pk=alice.membership_id))
    grant = PortalGrant.objects.get(client_id=carlas_bakery().pk)
    held = powers_of_role(own)
    return {
        "a role is given": lambda: assign_role(ada, bob(), admin),
        "a role is taken": lambda: (revoke_role(ada, bob(), staff), revoke_role(ada, bob(), own)),
        "a role allows less": lambda: (
            revoke_role(ada, bob(), staff),
            change_role(ada, own, name="Own", clearance="confidential", powers=held - {"clients.view"}),
        ),
        "a team takes somebody in": lambda: add_to_team(ada, team, bob()),
        "a wall": lambda: raise_wall(ada, reason="x", membership=bob(), client_id=carlas_bakery().pk),
        "a grant is narrowed": lambda: change_portal_scopes(ada, grant, scopes=[Scope.MESSAGES_READ]),
        "a grant is taken back": lambda: revoke_portal(ada, grant),
    }


CHANGES = (
    "a role is given", "a role is taken", "a role allows less", "a team takes somebody in", "a wall",
    "a grant is narrowed", "a grant is taken back",
)  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_foreseen_is_what_happens_to_everybody_and_to_each_thing(what, ada, alice, things, ledger):
    act = changes(ada, alice, things)[what]
    before = reach()
    entries = Entry.objects.count()

    effect = foresee(ada, act, seconds=60)
    unchanged = reach()
    act()
    after = reach()

    assert unchanged == before, "looking leaves everything as it was"
    assert told(effect) == moves(before, after)
    assert not effect.cut
    assert entries < Entry.objects.count()
    # The reader sees every one of these things, so nothing was left out of the count.
    assert all(one.count == len(one.sample) or len(one.sample) == 5 for one in effect.moved)


def test_looking_leaves_no_line_in_the_ledger_and_no_work_in_the_queue(ada, things, ledger):
    ledger.forget()

    effect = foresee(ada, lambda: raise_wall(ada, reason="x", membership=bob(), client_id=things.pk))

    assert (True, "client", 1, ("Northwind",)) in {
        (one.lost, one.what, one.count, one.sample) for one in effect.moved
    }
    assert ledger.codes() == []
    assert not Wall.objects.exists()


def test_the_powers_that_come_and_go_are_named(ada):
    admin = Role.objects.get(code="partner")

    effect = foresee(ada, lambda: assign_role(ada, bob(), admin))

    assert [powers.people for powers in effect.powers] == [("Bob Staff",)]
    assert "Raise and lift ethical walls" in effect.powers[0].gained
    assert effect.powers[0].lost == ()
    assert not RoleAssignment.objects.filter(membership=bob(), role=admin).exists()


def test_what_changes_nothing_for_anybody_says_so(ada):
    staff = Role.objects.get(code="staff")

    effect = foresee(ada, lambda: assign_role(ada, bob(), staff))

    assert effect.nothing


def test_what_the_action_refuses_is_refused_beforehand(ada, bob_browser):
    actor = next(actor for actor in everybody() if actor.membership_id == bob().pk)
    admin = Membership.objects.get(pk=ada.membership_id)

    with pytest.raises(Denied):
        foresee(actor, lambda: assign_role(actor, bob(), Role.objects.get(code="partner")))
    with pytest.raises(ValidationError):
        foresee(ada, lambda: revoke_role(ada, admin, Role.objects.get(code="firm_admin")))

    assert RoleAssignment.objects.filter(membership=admin, role__code="firm_admin").exists()


def test_a_reader_is_not_told_of_what_a_wall_hides_from_them(ada, alice, things):
    raise_wall(
        ada, reason="x", membership=Membership.objects.get(pk=alice.membership_id), client_id=things.pk
    )

    effect = foresee(
        alice, lambda: raise_wall(alice, reason="x", membership=bob(), client_id=carlas_bakery().pk)
    )
    for_ada = foresee(ada, lambda: revoke_role(ada, bob(), Role.objects.get(code="staff")))
    seen_by_alice = {name for one in effect.moved for name in one.sample}

    assert "Northwind" not in seen_by_alice
    assert any("Northwind" in one.sample for one in for_ada.moved)


def test_when_time_runs_out_it_says_so(ada, things):
    effect = foresee(ada, lambda: revoke_role(ada, bob(), Role.objects.get(code="staff")), seconds=0)

    assert effect.cut
    assert not effect.nothing
    assert effect.powers, "what people may do is known without looking at a single thing"
    assert RoleAssignment.objects.filter(membership=bob(), role__code="staff").exists()


def test_a_question_that_would_take_longer_is_given_up_and_the_change_is_still_taken_back(ada, things):
    def act() -> None:
        raise_wall(ada, reason="x", membership=bob(), client_id=things.pk)
        with connection.cursor() as cursor:
            # Whoever asks for clients from here on waits far longer than there is time.
            cursor.execute(
                "CREATE TEMP VIEW clients_client AS SELECT c.* FROM public.clients_client c, pg_sleep(60)"
            )

    effect = foresee(ada, act, seconds=0.2)

    assert effect.cut
    assert effect.people == ("Bob Staff",)
    assert not Wall.objects.exists()
    assert things.name in Client.objects.values_list("name", flat=True)


def test_no_rule_looks_at_what_such_a_change_itself_writes() -> None:
    """Before and after are both asked of the rows as they are after the change: that is exact only as long as this holds."""
    models = {model._meta.label_lower: model for model, _declared in kinds()}
    for declared in declarations():
        for label, model in models.items():
            if declared.prefix(label) != "":
                continue
            for rule in declared.rules:
                for path in filter(None, paths_of(rule)):
                    far = resolve(model, path).many
                    assert far is None or far.model._meta.app_label != "policies", (declared.power, path)


def test_a_wall_is_shown_before_it_stands_and_shown_again_when_the_form_has_changed(alice_browser, ledger):
    new = f"/w/acme/access/walls/new/?kind=clients.client&subject={carlas_bakery().pk}"
    form = {"membership": bob().pk, "reason": "Her brother"}
    ledger.forget()

    shown = alice_browser.post(new, form)
    mark = MARK.search(shown.content.decode())
    assert mark is not None
    other = alice_browser.post(new, {"membership": bob().pk, "reason": "Her sister", "seen": mark[1]})
    made_up = alice_browser.post(new, form | {"seen": "0" * 64})

    assert not Wall.objects.exists()
    assert ledger.codes() == []
    assert [answer.status_code for answer in (shown, other, made_up)] == [200, 200, 200]
    page = shown.content.decode()
    assert "Bob Staff loses access to 1 client" in page
    assert "Carla’s Bakery" in page
    assert "Nothing is saved yet." in page

    done = alice_browser.post(new, form | {"seen": mark[1]})

    assert done.status_code == 303
    assert Wall.objects.standing().get().reason == "Her brother"
    assert ledger.codes() == ["policies.wall_raised"]


def test_giving_a_role_names_what_comes_with_it(ada, ledger):
    browser = browser_of("ada@acme.example")
    ledger.forget()

    shown = browser.post(f"/w/acme/firms/people/{bob().pk}/roles/", {"roles": ["staff", "partner"]})

    page = shown.content.decode()
    assert "Bob Staff can do this from then on" in page
    assert "Raise and lift ethical walls" in page
    assert ledger.codes() == []


def test_a_change_of_nothing_says_that_it_changes_nothing(ada):
    browser = browser_of("ada@acme.example")

    shown = browser.post(f"/w/acme/firms/people/{bob().pk}/roles/", {"roles": ["staff"]})

    assert "This changes nothing for anybody" in shown.content.decode()
