"""Giving a share, taking it back, and shares by name. The room asks for the power before, and records what was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from firmament.kernel.policies.models import Team
from firmament.kernel.sharing.models import ShareModel
from firmament.kernel.tenancy.models import Membership

Share = TypeVar("Share", bound=ShareModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A share as another house could read it: a person by e-mail address or a team by name."""

    level: str
    person: str = ""
    team: str = ""

    def whom(self) -> Membership | Team | None:
        """Who that is here; None where there is nobody."""
        if self.team:
            return Team.objects.filter(name=self.team).first()
        return Membership.objects.filter(user__email=self.person, state=Membership.State.ACTIVE).first()


def shares_named(table: type[ShareModel], things: Iterable[models.Model]) -> dict[UUID, list[Named]]:
    """The shares of many things at once, by the thing's id; one query."""
    found: dict[UUID, list[Named]] = {}
    name = table.thing_name()
    rows = table.objects.filter(**{f"{name}__in": [thing.pk for thing in things]})
    for share in rows.select_related("membership__user", "team"):
        named = Named(
            level=share.level,
            person=share.membership.user.email if share.membership else "",
            team=share.team.name if share.team else "",
        )
        found.setdefault(getattr(share, f"{name}_id"), []).append(named)
    return found


def give(table: type[Share], thing: models.Model, whom: Membership | Team, *, level: str) -> Share | None:
    """Share a thing; None where it is shared so already. ValidationError for a level there is not."""
    to = "team" if isinstance(whom, Team) else "membership"
    made = table(**{table.thing_name(): thing, to: whom, "level": level})
    made.clean_fields()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        # Shared already, perhaps by somebody else a moment ago: it is as they wanted it.
        return None
    return made


def take_back(share: ShareModel) -> bool:
    """End a share, from the next request on; False where somebody did so before."""
    return bool(type(share)._default_manager.filter(pk=share.pk).delete()[0])
