"""What is lent, by whom, to whom, and until when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.lending import lendable_powers
from firmament.kernel.policies.models import DelegatedPower, Delegation
from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.access.reports.roles import Rooms, by_room

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """One lending in words."""

    id: UUID
    lender: str
    borrower: str
    starts_at: datetime
    ends_at: datetime
    taken_back_at: datetime | None
    reason: str
    powers: tuple[str, ...]
    counts: bool
    over: bool
    may_take_back: bool


def lent_by(actor: Actor) -> list[Lent]:
    """What the actor lent to others and has not ended."""
    rows = Delegation.objects.visible_to(actor).not_over(at=now()).filter(lender_id=actor.membership_id)
    return _lines(
        actor, list(rows.select_related("lender__user", "borrower__user").order_by("starts_at", "pk"))
    )


def lent_to(actor: Actor) -> list[Lent]:
    """What the actor may do for others now."""
    rows = Delegation.objects.visible_to(actor).in_force(at=now()).filter(borrower_id=actor.membership_id)
    return _lines(
        actor, list(rows.select_related("lender__user", "borrower__user").order_by("ends_at", "pk"))
    )


def every_lending(actor: Actor) -> list[Lent]:
    """Whatever the actor may see of it: what counts, what will, and then what is over, the newest first."""
    rows = Delegation.objects.visible_to(actor).select_related("lender__user", "borrower__user")
    found = _lines(actor, list(rows.order_by("-starts_at", "-pk")[:SHOWN]))
    return sorted(found, key=lambda one: one.over)


def _lines(actor: Actor, rows: list[Delegation]) -> list[Lent]:
    powers: dict[UUID, list[str]] = {}
    named = DelegatedPower.objects.filter(delegation__in=rows).order_by("power")
    for pk, power in named.values_list("delegation_id", "power"):
        powers.setdefault(pk, []).append(title_of(power))
    at = now()
    found = []
    for row in rows:
        over = row.taken_back_at is not None or row.ends_at <= at
        found.append(
            Lent(
                id=row.pk,
                lender=row.lender.user.name,
                borrower=row.borrower.user.name,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                taken_back_at=row.taken_back_at,
                reason=row.reason,
                powers=tuple(powers.get(row.pk, ())),
                counts=not over and row.starts_at <= at,
                over=over,
                may_take_back=not over
                and (allows(actor, Can.LEND, row) or allows(actor, Can.MANAGE_DELEGATIONS, row)),
            )
        )
    return found


def offered_to_lend(lender: Membership) -> Rooms:
    """What this member could lend."""
    return by_room(lendable_powers(authority_of(Actor.of_staff(lender))))


def could_lend_for(actor: Actor) -> list[tuple[str, str]]:
    """For whom the actor could arrange it: everybody else who is active, where they may."""
    if not may(actor, Can.MANAGE_DELEGATIONS):
        return []
    rows = Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE)
    found = rows.order_by("user__name", "pk").values_list("pk", "user__name")
    return [(str(pk), name) for pk, name in found if pk != actor.membership_id]
