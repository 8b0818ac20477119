"""Powers of which nobody uses both on one thing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from firmament.kernel.policies.actions import (
    create_team,
    raise_wall,
    rename_team,
)
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.decide import Denied, allows, require, visible
from firmament.kernel.policies.duties import (
    exempt,
)
from firmament.kernel.policies.explain import explain
from firmament.kernel.policies.models_duties import DutyPair, DutyUse
from firmament.kernel.policies.tests.duties import member
from firmament.kernel.policies.tests.worlds import CLIENTS, undone
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import at, now


@pytest.fixture
def apart(ada: Actor) -> DutyPair:
    """Whoever raises a wall is not the one who looks at it: two powers over the same thing."""
    return DutyPair.objects.create(
        power_a="policies.raise_wall",
        power_b="policies.view_walls",
        kind="use",
        subject="policies.wall",
        reason="Two people",
        in_force_at=now(),
    )


FIRST, SECOND = "policies.raise_wall", "policies.view_walls"


def a_wall(ada: Actor, client: int = 1):
    return raise_wall(ada, reason="x", membership=member("bob"), client_id=CLIENTS[client])


def test_whoever_used_one_may_not_use_the_other_on_it_and_others_may(ada, alice, apart):
    wall, free = a_wall(ada), a_wall(alice, 0)

    told = explain(ada, SECOND, wall)

    assert DutyUse.objects.get(membership_id=ada.membership_id).object_id == wall.pk
    assert not allows(ada, SECOND, wall)
    assert allows(ada, SECOND, free) and allows(alice, SECOND, wall)
    assert allows(ada, FIRST, wall), "what one has done one may do again"
    with pytest.raises(Denied) as refused:
        require(ada, SECOND, wall)
    assert refused.value.rule_id == f"{SECOND}/{apart.pk}/duties"
    assert told.verdict is False and "has not done this to it" in told.nearest[-1].text
    seen = type(wall).objects.filter(visible(ada, SECOND, type(wall)))
    assert set(seen) == {free}
    require(ada, SECOND, free)
    with pytest.raises(Denied):
        require(ada, FIRST, free)


def test_a_use_is_kept_with_its_transaction_and_never_changed(ada, apart):
    wall = a_wall(ada)
    with undone():
        require(ada, FIRST, wall)
    use = DutyUse.objects.get()

    for attempt in (DutyUse.objects.all().delete, lambda: DutyUse.objects.update(power=SECOND)):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyUse.objects.create(
            pair=apart, membership_id=ada.membership_id, object_id=use.object_id, power=SECOND
        )


def test_who_is_exempt_uses_both_which_is_noted_and_once_it_is_over_neither(ada, alice, apart):
    exempt(alice, apart, member("ada"), reason="Alone in August", ends_at=now() + timedelta(days=9))
    wall = a_wall(ada)
    require(ada, SECOND, wall)

    with at(now() + timedelta(days=9)):
        forget_authority()
        over = [allows(ada, power, wall) for power in (FIRST, SECOND)]
    forget_authority()

    assert over == [False, False]
    assert DutyUse.objects.filter(exception__isnull=False).count() == 2


def test_a_use_under_somebody_elses_exception_is_refused_by_the_database(ada, alice, apart):
    granted = exempt(alice, apart, member("ada"), reason="Alone", ends_at=now() + timedelta(days=9))
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyUse.objects.create(
            pair=apart,
            membership_id=alice.membership_id,
            object_id=apart.pk,
            power=FIRST,
            exception=granted,
        )


def test_powers_that_no_pair_names_cost_no_question_more(ada, apart, queries):
    team = create_team(ada, name="Tax")
    forget_authority()
    with queries() as with_pair:
        rename_team(ada, team, name="Taxes")
    DutyPair.objects.update(retired_at=now(), retired_reason="over")
    forget_authority()
    with queries() as without:
        rename_team(ada, team, name="Tax again")

    assert with_pair.count == without.count
