"""What a macro can do to a request for documents.

Not offered: sending, reminding and canceling, since what the client was told cannot be taken back; waiving, which can
complete the request, and a completed request stays so.
"""

from datetime import date, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from firmament.kernel.macros.parameters import Parameter, saying, whole_number
from firmament.kernel.macros.registry import Step, columns, declare_steps
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.wording.fields import FieldType
from firmament.lib.instant import today
from firmament.modules.documents.actions.requests import change_request
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.policies import MODEL, Can
from firmament.ui.readable import moment

DAYS = whole_number("days", _("Days"), least=0, most=365, help=_("Counted from the day on which it is run."))
REMIND = Parameter(name="remind", label=_("Remind the client"), type=FieldType.YES_NO)


def in_days(days: int) -> date:
    """The date so many days from the firm's present one."""
    return today(current_firm().timezone) + timedelta(days=days)


def said(actor: Actor, request: DocumentRequest, days: int) -> str:
    """Both dates in words."""
    named = {
        "request": request,
        "before": moment(request.due_on, "date"),
        "after": moment(in_days(days), "date"),
    }
    return gettext("Ask for “%(request)s” by %(after)s, instead of %(before)s.") % named


declare_steps(
    Step(
        code="documents.set_due",
        title=_("Move the date"),
        model=MODEL,
        power=Can.REQUEST,
        params=(DAYS,),
        preview=said,
        run=lambda actor, request, days: change_request(actor, request, due_on=in_days(days)),
        remember=columns("due_on"),
        undo=lambda actor, request, before: change_request(
            actor, request, due_on=date.fromisoformat(before["due_on"])
        ),
    ),
    Step(
        code="documents.set_reminders",
        title=_("Switch reminders on or off"),
        model=MODEL,
        power=Can.REQUEST,
        params=(REMIND,),
        preview=saying(_("Remind the client of “%(thing)s”: %(remind)s.")),
        run=lambda actor, request, remind: change_request(actor, request, remind=remind),
        remember=columns("remind"),
        undo=lambda actor, request, before: change_request(
            actor, request, remind=before["remind"] == str(True)
        ),
    ),
)
