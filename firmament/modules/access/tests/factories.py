"""What tests of roles and walls begin with; made through the actions."""

from collections.abc import Callable, Collection
from datetime import timedelta
from itertools import count

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.duties import exempt, part_duties
from firmament.kernel.policies.lending import lend_powers, lendable_powers
from firmament.kernel.policies.models import Delegation, Role, Wall
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.policies.roles import copy_role, delete_role
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import staff_actor
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import carlas_bakery

_serial = count(1)


def make_wall(actor: Actor, membership: Membership) -> Wall:
    """A wall between a member and Carla's Bakery."""
    return raise_wall(
        actor, reason="Her brother owns it", membership=membership, client_id=carlas_bakery().pk
    )


def make_role(*, of: str = "staff", name: str = "") -> Role:
    """A role of the firm's own, a copy of a built-in one; made by the administrator."""
    source = Role.objects.get(code=of)
    return copy_role(staff_actor("ada@acme.example"), source, name=name or f"Role {next(_serial)}")


def make_lending(*, lender: str = "alice", borrower: str = "bob", powers: Collection[str] = ()) -> Delegation:
    """Powers lent for a week, from now on: all that can be, unless some are named."""
    member = Membership.objects.select_related("user").get(user__email=f"{lender}@acme.example")
    stand_in = Membership.objects.select_related("user").get(user__email=f"{borrower}@acme.example")
    actor = staff_actor(member.user.email)
    return lend_powers(
        actor,
        lender=member,
        borrower=stand_in,
        powers=powers or lendable_powers(authority_of(actor)),
        starts_at=now(),
        ends_at=now() + timedelta(days=7),
        reason="On leave",
    )


def make_duties() -> DutyPair:
    """A pair that waits for those who have both; the same one, however often it is asked for."""
    powers = ("audit.erase", "audit.send_checkpoints")
    there = DutyPair.objects.standing().filter(power_a=powers[0], power_b=powers[1]).first()
    return there or part_duties(
        staff_actor("ada@acme.example"), first=powers[0], second=powers[1], kind="hold", reason="Four eyes"
    )


def make_exemption() -> DutyException:
    """Bob is exempt for a week."""
    return exempt(
        staff_actor("ada@acme.example"),
        make_duties(),
        _bob(),
        reason="Stands in",
        ends_at=now() + timedelta(days=7),
    )


def _duty(actor: Actor) -> dict[str, object]:
    return {"pk": make_duties().pk}


def _bob() -> Membership:
    return Membership.objects.get(user__email="bob@acme.example")


def _wall(actor: Actor) -> dict[str, object]:
    """The wall before Bob, which stands once."""
    there = Wall.objects.standing().filter(membership=_bob(), client_id=carlas_bakery().pk).first()
    return {"pk": (there or make_wall(actor, _bob())).pk}


def _role(actor: Actor) -> dict[str, object]:
    return {"pk": make_role().pk}


def _deleted(actor: Actor) -> dict[str, object]:
    return {"pk": delete_role(staff_actor("ada@acme.example"), make_role()).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "access:role": _role,
    "access:role_copy": _role,
    "access:role_change": _role,
    "access:role_delete": _role,
    "access:role_try": _role,
    "access:role_restore": _deleted,
    "access:duty": _duty,
    "access:duty_enforce": _duty,
    "access:duty_retire": _duty,
    "access:duty_exempt": _duty,
    "access:duty_exempt_end": lambda actor: {"pk": make_exemption().pk},
    "access:lent_back": lambda actor: {"pk": make_lending().pk},
    "access:wall_review": _wall,
    "access:wall_lift": _wall,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/access/roles/": _role,
    "/access/duties/": _duty,
}
