"""The powers over powers: roles, teams, portal grants, walls, and asking why."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare
from firmament.kernel.policies.rules import has_role, owns


class Can(Power):
    VIEW_ROLES = "policies.view_roles"
    ASSIGN_ROLES = "policies.assign_roles"
    VIEW_TEAMS = "policies.view_teams"
    MANAGE_TEAMS = "policies.manage_teams"
    VIEW_PORTAL = "policies.view_portal"
    MANAGE_PORTAL = "policies.manage_portal"
    VIEW_WALLS = "policies.view_walls"
    RAISE_WALL = "policies.raise_wall"
    EXPLAIN = "policies.explain"


declare(Can.VIEW_ROLES, title=_("See who has which role, and what roles may do"), roles=(PARTNER, MANAGER))
declare(Can.ASSIGN_ROLES, title=_("Give people roles, and take them away"), sensitive=True)
declare(Can.VIEW_TEAMS, title=_("See teams and who is in them"), roles=EVERY_ROLE)
declare(Can.MANAGE_TEAMS, title=_("Make teams, and put people in them"), roles=(PARTNER,))
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
    Can.EXPLAIN, title=_("Ask why somebody can, or cannot, do something"), roles=(PARTNER,), sensitive=True
)
