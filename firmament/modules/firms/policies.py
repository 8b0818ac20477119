"""Who may look behind the firm's own curtain, and who may move what stands there.

The powers over roles, teams, walls, invitations and API tokens are the kernel's (`policies.…`, `identity.…`); here
stand those over the pages that show the rest. Partners see the audit trail and may ask why; the administrator alone
changes how the firm is set up.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare
from firmament.kernel.policies.rules import everyone


class Can(Power):
    VIEW_PEOPLE = "firms.view_people"
    CHANGE_PEOPLE = "firms.change_people"
    VIEW_AUDIT = "firms.view_audit"
    EXPORT_AUDIT = "firms.export_audit"
    VIEW_JOBS = "firms.view_jobs"
    REPLAY_JOBS = "firms.replay_jobs"
    VIEW_MESSAGES = "firms.view_messages"
    VIEW_SETTINGS = "firms.view_settings"
    CHANGE_SETTINGS = "firms.change_settings"
    USE_PROFILE = "firms.use_profile"
    VIEW_LOGO = "firms.view_logo"


declare(Can.VIEW_PEOPLE, title=_("See the people of the firm"), model="tenancy.Membership", roles=EVERY_ROLE)
declare(
    Can.CHANGE_PEOPLE, title=_("Change people’s job titles"), model="tenancy.Membership", roles=(PARTNER,)
)
declare(
    Can.VIEW_AUDIT, title=_("Read the audit trail"), model="ledger.Entry", roles=(PARTNER,), sensitive=True
)
declare(Can.EXPORT_AUDIT, title=_("Export the audit trail"), roles=(PARTNER,), sensitive=True)
declare(
    Can.VIEW_JOBS,
    title=_("See background work, and what of it failed"),
    model="jobs.JobRun",
    through={"jobs.Schedule": ""},
    roles=(PARTNER,),
)
declare(
    Can.REPLAY_JOBS,
    title=_("Try failed work again, give it up, and stop running work"),
    model="jobs.JobRun",
    sensitive=True,
)
declare(
    Can.VIEW_MESSAGES,
    title=_("See messages the firm has sent"),
    model="messages.Delivery",
    through={"messages.Attempt": "delivery"},
    roles=(PARTNER, MANAGER),
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
