"""The gate, asked by real people about real rows."""

from firmament.kernel.policies.decide import allows, may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.actor import Actor


def test_a_partner_may_what_the_matrix_says(alice: Actor, bob: Actor) -> None:
    assert may(alice, Can.RAISE_WALL)
    assert allows(alice, Can.VIEW_TEAMS)
    assert not may(bob, Can.RAISE_WALL)
    assert not allows(alice, Can.ASSIGN_ROLES)
