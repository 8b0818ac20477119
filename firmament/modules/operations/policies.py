"""Who may see what goes on behind the pages. Partners look; the administrator alone decides about failed work."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import MANAGER, PARTNER, Power, declare


class Can(Power):
    VIEW_JOBS = "operations.view_jobs"
    REPLAY_JOBS = "operations.replay_jobs"
    VIEW_MESSAGES = "operations.view_messages"


declare(
    Can.VIEW_JOBS,
    title=_("See background work, and what of it failed"),
    model="jobs.JobRun",
    through={"jobs.Schedule": ""},
    roles=(PARTNER,),
    formerly=("firms.view_jobs",),
)
declare(
    Can.REPLAY_JOBS,
    title=_("Try failed work again, give it up, and stop running work"),
    model="jobs.JobRun",
    sensitive=True,
    formerly=("firms.replay_jobs",),
)
declare(
    Can.VIEW_MESSAGES,
    title=_("See messages the firm has sent"),
    model="messages.Delivery",
    through={"messages.Attempt": "delivery"},
    roles=(PARTNER, MANAGER),
    formerly=("firms.view_messages",),
)
