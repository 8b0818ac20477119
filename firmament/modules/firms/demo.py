"""This room's part of the demo firm: teams, and somebody who has been invited and not yet come."""

from firmament.kernel.identity.actions import invite
from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.actions import add_to_team, create_team
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at

# A team and a word that stands in the job titles of its people.
TEAMS = (("Tax", "tax"), ("Payroll", "payroll"), ("Accounts", "account"), ("Bookkeeping", "bookkeeper"))


def load(people: DemoFirm) -> None:
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
