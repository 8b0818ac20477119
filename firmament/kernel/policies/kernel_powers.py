"""The powers over powers: roles, teams, portal grants, walls, and asking why."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare
from firmament.kernel.policies.rules import all_of, any_of, has_role, owns


class Can(Power):
    VIEW_ROLES = "policies.view_roles"
    ASSIGN_ROLES = "policies.assign_roles"
    MANAGE_ROLES = "policies.manage_roles"
    VIEW_TEAMS = "policies.view_teams"
    MANAGE_TEAMS = "policies.manage_teams"
    VIEW_PORTAL = "policies.view_portal"
    MANAGE_PORTAL = "policies.manage_portal"
    VIEW_WALLS = "policies.view_walls"
    RAISE_WALL = "policies.raise_wall"
    EXPLAIN = "policies.explain"
    LEND = "policies.lend"
    VIEW_DELEGATIONS = "policies.view_delegations"
    MANAGE_DELEGATIONS = "policies.manage_delegations"
    VIEW_AUDIENCE = "policies.view_audience"
    VIEW_DUTIES = "policies.view_duties"
    MANAGE_DUTIES = "policies.manage_duties"


declare(Can.VIEW_ROLES, title=_("See who has which role, and what roles may do"), roles=(PARTNER, MANAGER))
declare(Can.ASSIGN_ROLES, title=_("Give people roles, and take them away"), sensitive=True, lendable=False)
declare(
    Can.MANAGE_ROLES,
    title=_("Make roles of the firm’s own, and change what they may do"),
    model="policies.Role",
    sensitive=True,
    lendable=False,
)
declare(
    Can.LEND,
    title=_("Lend one’s own powers for a time, and take them back"),
    model="policies.Delegation",
    staff=all_of(has_role(), owns("lender")),
    roles=EVERY_ROLE,
    sensitive=True,
    lendable=False,
)
declare(
    Can.VIEW_DELEGATIONS,
    title=_("See who has lent powers to whom (one’s own always)"),
    model="policies.Delegation",
    staff=any_of(has_role(), owns("lender"), owns("borrower")),
    roles=(PARTNER, MANAGER),
    lendable=False,
)
declare(
    Can.MANAGE_DELEGATIONS,
    title=_("Lend powers in the place of somebody who is away, and take back what others lent"),
    model="policies.Delegation",
    sensitive=True,
    lendable=False,
)
declare(Can.VIEW_TEAMS, title=_("See teams and who is in them"), roles=EVERY_ROLE)
declare(Can.MANAGE_TEAMS, title=_("Make, rename and archive teams, and put people in them"), roles=(PARTNER,))
declare(
    Can.VIEW_PORTAL,
    title=_("See which people of a client may use the portal"),
    model="policies.PortalGrant",
    staff=has_role(),
    client=owns("user_id"),
    roles=EVERY_ROLE,
)
declare(
    Can.MANAGE_PORTAL,
    title=_("Let people of a client into the portal, and shut them out"),
    model="policies.PortalGrant",
    roles=(PARTNER, MANAGER),
    sensitive=True,
)
declare(
    Can.VIEW_WALLS,
    title=_("See ethical walls and their reasons"),
    model="policies.Wall",
    roles=(PARTNER,),
    sensitive=True,
)
declare(
    Can.RAISE_WALL,
    title=_("Raise and lift ethical walls"),
    model="policies.Wall",
    roles=(PARTNER,),
    sensitive=True,
)
declare(
    Can.VIEW_AUDIENCE,
    title=_("See who can see a client, a document or another thing"),
    roles=(PARTNER, MANAGER),
    sensitive=True,
)
declare(
    Can.VIEW_DUTIES,
    title=_("See which powers are kept apart, who holds both, and who is exempt"),
    model="policies.DutyPair",
    through={"policies.DutyException": "pair"},
    roles=(PARTNER, MANAGER),
)
declare(
    Can.MANAGE_DUTIES,
    title=_("Say which powers are kept apart, and exempt others from it"),
    model="policies.DutyPair",
    through={"policies.DutyException": "pair"},
    roles=(PARTNER,),
    sensitive=True,
    lendable=False,
)
declare(
    Can.EXPLAIN, title=_("Ask why somebody can, or cannot, do something"), roles=(PARTNER,), sensitive=True
)
