"""A draft of a role on one person: before and after, in words and with the way to why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from firmament.kernel.policies.actions import assign_role
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.effects import COUNTED
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.policies.roles import change_role
from firmament.kernel.policies.trial import Example, Sight, try_on
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.links import link
from firmament.modules.access.reports.roles import Named, named
from firmament.modules.access.reports.subjects import kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A power or a thing, with the address of why it is so now; empty for whoever may not ask."""

    title: str
    about: str
    why_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SightLine:
    """One kind of thing: "12 → 41", and examples of what comes and goes."""

    what: str
    before: str
    after: str
    same: bool
    gained: tuple[Asked, ...]
    lost: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLines:
    """What the page shows. `given`: the person does not hold the role, so it is tried as if they were given it."""

    gained: tuple[Asked, ...]
    lost: tuple[Asked, ...]
    sights: tuple[SightLine, ...]
    given: bool
    nothing: bool
    cut: bool


def _holds(member: Membership, role: Role) -> bool:
    return RoleAssignment.objects.filter(membership=member, role=role).exists()


def people_to_try(actor: Actor, role: Role) -> list[tuple[str, str]]:
    """Whom it can be tried on: who holds it, and for those who give roles everybody who is active."""
    rows = Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE)
    if not may(actor, Can.ASSIGN_ROLES):
        rows = rows.filter(pk__in=RoleAssignment.objects.filter(role=role).values("membership_id"))
    return [(str(pk), name) for pk, name in rows.order_by("user__name", "pk").values_list("pk", "user__name")]


def member_to_try(actor: Actor, role: Role, pk: UUID | None) -> Membership | None:
    """The one who was chosen, if it can be tried on them."""
    if pk is None or str(pk) not in dict(people_to_try(actor, role)):
        return None
    found: Membership | None = Membership.objects.select_related("user").filter(pk=pk).first()
    return found


def tried(actor: Actor, member: Membership, role: Role, draft: Mapping[str, Any]) -> TrialLines:
    """The change as it would be made, on this person, and taken back."""
    given = not _holds(member, role)

    def act() -> None:
        changed = change_role(actor, role, **draft)
        if given:
            assign_role(actor, member, changed)

    trial = try_on(actor, Actor.of_staff(member), act)
    asks = f"m:{member.pk}" if may(actor, Can.EXPLAIN) else ""
    return TrialLines(
        gained=tuple(_power(one, asks) for one in named(frozenset(trial.gained))),
        lost=tuple(_power(one, asks) for one in named(frozenset(trial.lost))),
        sights=tuple(_line(sight, asks) for sight in trial.sights),
        given=given,
        nothing=trial.nothing,
        cut=trial.cut,
    )


def _power(power: Named, asks: str) -> Asked:
    return Asked(title=power.title, about=power.room, why_url=_why(asks, power=power.code))


def _line(sight: Sight, asks: str) -> SightLine:
    asked = asks if sight.kind in {kind.label for kind in kinds()} else ""
    return SightLine(
        what=sight.what,
        before=_counted(sight.before),
        after=_counted(sight.after),
        same=sight.same,
        gained=tuple(_thing(one, sight, asked) for one in sight.gained),
        lost=tuple(_thing(one, sight, asked) for one in sight.lost),
    )


def _thing(one: Example, sight: Sight, asks: str) -> Asked:
    url = _why(asks, power=sight.power, kind=sight.kind, subject=str(one.id))
    return Asked(title=one.name, about="", why_url=url)


def _counted(number: int | None) -> str:
    if number is None:
        return "…"
    return f"{COUNTED}+" if number > COUNTED else str(number)


def _why(asks: str, **question: str) -> str:
    return f"{link('access:why')}?{urlencode({'person': asks, **question})}" if asks else ""
