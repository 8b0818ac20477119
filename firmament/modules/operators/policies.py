"""What an open session lets an operator read: states, counts, sizes and times. Nobody else holds these powers."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import Power, declare
from firmament.kernel.policies.rules import everyone


class Can(Power):
    VIEW_OVERVIEW = "operators.view_overview"
    VIEW_PEOPLE = "operators.view_people"
    VIEW_WORK = "operators.view_work"
    VIEW_MESSAGES = "operators.view_messages"
    VIEW_FILES = "operators.view_files"
    VIEW_EVENTS = "operators.view_events"
    EXPORT_REGISTER = "operators.export_register"


declare(
    Can.VIEW_OVERVIEW, title=_("How much there is of everything in the firm"), staff=None, operator=everyone()
)
declare(
    Can.VIEW_PEOPLE,
    title=_("Members without their names: state, roles, since when"),
    model="tenancy.Membership",
    staff=None,
    operator=everyone(),
)
declare(
    Can.VIEW_WORK,
    title=_("Background work without what it is about: state, attempts, kind of error"),
    model="jobs.JobRun",
    staff=None,
    operator=everyone(),
)
declare(
    Can.VIEW_MESSAGES,
    title=_("Messages without recipient and text: which wording, state, attempts"),
    model="messages.Delivery",
    staff=None,
    operator=everyone(),
)
declare(Can.VIEW_FILES, title=_("How many files there are, and how large"), staff=None, operator=everyone())
declare(
    Can.VIEW_EVENTS,
    title=_("Which events happened when, without who and what about"),
    model="ledger.Entry",
    staff=None,
    operator=everyone(),
)
declare(
    Can.EXPORT_REGISTER,
    title=_("Export the register of platform access"),
    sensitive=True,
)
