"""Who may look behind the firm's own curtain, and who may move what stands there.

The powers over roles, teams, walls, invitations and API tokens are the kernel's (`policies.…`, `identity.…`); here
stand those over the pages that show the rest. Everybody sees their colleagues; the administrator alone changes how the
firm is set up.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare
from firmament.kernel.policies.rules import everyone


class Can(Power):
    VIEW_PEOPLE = "firms.view_people"
    CHANGE_PEOPLE = "firms.change_people"
    VIEW_SETTINGS = "firms.view_settings"
    CHANGE_SETTINGS = "firms.change_settings"
    USE_PROFILE = "firms.use_profile"
    VIEW_LOGO = "firms.view_logo"


declare(Can.VIEW_PEOPLE, title=_("See the people of the firm"), model="tenancy.Membership", roles=EVERY_ROLE)
declare(
    Can.CHANGE_PEOPLE, title=_("Change people’s job titles"), model="tenancy.Membership", roles=(PARTNER,)
)
declare(
    Can.VIEW_SETTINGS,
    title=_("See the firm’s settings"),
    model="tenancy.FirmProfile",
    roles=(PARTNER, MANAGER),
)
declare(
    Can.CHANGE_SETTINGS,
    title=_("Change the firm’s settings and brand"),
    model="tenancy.FirmProfile",
    sensitive=True,
)
declare(
    Can.USE_PROFILE,
    title=_("See and change one’s own profile"),
    staff=everyone(),
    client=everyone(),
    roles=EVERY_ROLE,
)
declare(Can.VIEW_LOGO, title=_("See the firm’s logo"), staff=everyone(), client=everyone(), roles=EVERY_ROLE)
