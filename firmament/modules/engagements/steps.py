"""What a macro can do to an engagement.

Not offered: starting and archiving, since nothing leads back to a draft, nor from the archive to what was completed.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from firmament.kernel.macros.parameters import Parameter, saying
from firmament.kernel.macros.people import member_kept, person
from firmament.kernel.macros.registry import Snapshot, Step, columns, declare_steps
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.wording.fields import FieldType
from firmament.modules.clients.public import owner_choices
from firmament.modules.engagements.actions import (
    cancel_engagement,
    checked_reason,
    complete_engagement,
    edit_engagement,
    pause_engagement,
    reopen_engagement,
    resume_engagement,
)
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import ENGAGEMENT, Can

STATE = columns("state", "reason")
REASON = Parameter(name="reason", label=_("Reason"), type=FieldType.LONG_TEXT, check=checked_reason)


def reopen(actor: Actor, engagement: Engagement, before: Snapshot) -> None:
    """Back from what has ended to what it was, which may have been paused."""
    reopen_engagement(actor, engagement, reason=gettext("A macro was taken back."))
    if before["state"] == Engagement.State.PAUSED:
        pause_engagement(actor, engagement, reason=before["reason"])


declare_steps(
    Step(
        code="engagements.pause",
        title=_("Pause the engagement"),
        model=ENGAGEMENT,
        power=Can.EDIT,
        params=(REASON,),
        preview=saying(_("Pause “%(thing)s”: %(reason)s")),
        run=pause_engagement,
        remember=STATE,
        undo=lambda actor, engagement, before: resume_engagement(actor, engagement),
    ),
    Step(
        code="engagements.resume",
        title=_("Resume the engagement"),
        model=ENGAGEMENT,
        power=Can.EDIT,
        preview=saying(_("Resume “%(thing)s”.")),
        run=resume_engagement,
        remember=STATE,
        undo=lambda actor, engagement, before: pause_engagement(actor, engagement, reason=before["reason"]),
    ),
    Step(
        code="engagements.complete",
        title=_("Complete the engagement"),
        model=ENGAGEMENT,
        power=Can.EDIT,
        preview=saying(_("Complete “%(thing)s”.")),
        run=complete_engagement,
        remember=STATE,
        undo=reopen,
        undo_power=Can.REOPEN,
    ),
    Step(
        code="engagements.cancel",
        title=_("Cancel the engagement"),
        model=ENGAGEMENT,
        power=Can.EDIT,
        params=(REASON,),
        preview=saying(_("Cancel “%(thing)s”: %(reason)s")),
        run=cancel_engagement,
        remember=STATE,
        undo=reopen,
        undo_power=Can.REOPEN,
    ),
    Step(
        code="engagements.assign_lead",
        title=_("Say who leads it"),
        model=ENGAGEMENT,
        power=Can.EDIT,
        params=(person("lead", _("Led by"), owner_choices),),
        preview=saying(_("“%(thing)s” is led by: %(lead)s.")),
        run=edit_engagement,
        remember=columns("lead_id"),
        undo=lambda actor, engagement, before: edit_engagement(
            actor, engagement, lead=member_kept(before["lead_id"])
        ),
    ),
)
