"""Who looked as whom, and as whom one could look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.identity.models import Look, User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.reports.questions import Options, people, person

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """One look in words. `over_at` is empty while it goes on."""

    id: UUID
    looker: str
    person: str
    of_client: bool
    reason: str
    begun_at: datetime
    over_at: datetime | None
    how: str


def looks_for(actor: Actor) -> list[LookLine]:
    """What the reader may know of: everything, or their own looks and those at them; the newest first."""
    rows = (
        Look.objects.visible_to(actor).select_related("looker__user", "person").order_by("-begun_at", "-pk")
    )
    return [
        LookLine(
            id=look.pk,
            looker=look.looker.user.name,
            person=look.person.name,
            of_client=look.member_id is None,
            reason=look.reason,
            begun_at=look.begun_at,
            over_at=look.over_at,
            how=str(look.get_how_display() or Look.How.TIME.label),
        )
        for look in rows[:SHOWN]
    ]


def to_look_as(actor: Actor) -> Options:
    """Everybody who can come in, but the reader."""
    here = Membership.objects.filter(state=Membership.State.ACTIVE).values_list("pk", flat=True)
    active = {f"m:{pk}" for pk in here if pk != actor.membership_id}
    staff, clients = people(actor)
    return [(staff[0], [one for one in staff[1] if one[0] in active]), clients]


def whom(actor: Actor, key: str) -> tuple[Membership | None, User | None]:
    """Who was chosen: a member of the firm, or a client's person; neither where there is none to see."""
    who = person(actor, key)
    if who is None or who.actor.user_id is None:
        return None, None
    if who.actor.membership_id is None:
        return None, User.objects.get(pk=who.actor.user_id)
    return Membership.objects.select_related("user").get(pk=who.actor.membership_id), None
