"""This room's part of the demo firm: teams, and somebody who has been invited and not yet come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from firmament.kernel.identity.actions import invite
from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.actions import add_to_team, create_team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at

# A team and a word that stands in the job titles of its people.
TEAMS = (("Tax", "tax"), ("Payroll", "payroll"), ("Accounts", "account"), ("Bookkeeping", "bookkeeper"))


class People(Protocol):
    """What the demo's loader gives to each room."""

    slug: str
    partner: Actor
    members: Sequence[Membership]
    scale: int

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An instant in the firm's working day."""
        ...


def load(people: People) -> None:
    """Teams on the firm's second day; an invitation two days ago. A very small firm has neither."""
    if people.scale < 50:
        return
    with at(people.moment(90, 11)):
        for name, word in TEAMS:
            team = create_team(people.partner, name=name)
            for member in people.members:
                if word in member.title.lower():
                    add_to_team(people.partner, team, member)
    with at(people.moment(2, 15, 40)):
        invite(
            people.partner,
            email=f"ines.ferry@{people.slug}.example",
            name="Ines Ferry",
            domain="staff",
            role_codes=["staff"],
        )
        drain()
