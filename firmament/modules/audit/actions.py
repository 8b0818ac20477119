"""Reading the audit trail leaves a trace in it, and so does erasing what is personal in it."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.erasure import erase
from firmament.kernel.ledger.models import Entry, PersonalValue, RowValue
from firmament.kernel.ledger.payload import split
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import require
from firmament.kernel.proof.archive import newest_checkpoint
from firmament.kernel.proof.events import VerificationAsked
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.lib.outward import Unreachable, check_url
from firmament.modules.audit.events import ProofExportRequested, ProofOutletChanged, TrailRead
from firmament.modules.audit.models import ProofExport, ProofOutlet
from firmament.modules.audit.policies import Can

# As long as somebody sits before a question: paging through what it found, going into an entry and back.
SAME_READING = timedelta(minutes=15)


def readings_like(actor: Actor, event: TrailRead) -> "QuerySet[Entry]":
    """The actor's own readings of late that asked the same, apart from words that were searched for."""
    payload, _personal = split(event)
    lately: QuerySet[Entry] = Entry.objects.filter(
        user_id=actor.user_id, code=TrailRead.code, occurred_at__gt=now() - SAME_READING
    )
    return lately if event.text else lately.filter(payload=payload)


def note_reading(actor: Actor, event: TrailRead, *, noted: bool | None = None) -> None:
    """Write down that the trail was read.

    Paging on, or coming back to a question within a quarter of an hour of writing it down, is the same reading, whatever
    else was asked between: without this the trail would soon hold little but its own readers. After that time it is
    written down again, so no open page reads on in silence.

    `noted`: whether there is any of `readings_like`, where the page has asked already.
    """
    require(actor, Can.VIEW)
    if event.text:
        noted = _noted(actor, event)
    elif noted is None:
        noted = readings_like(actor, event).exists()
    if not noted:
        record(actor, event)


def _noted(actor: Actor, event: TrailRead) -> bool:
    """What is personal stands apart, and in the entry only a commitment under a salt that no two share."""
    payload, _personal = split(event)
    found = readings_like(actor, event).values_list("pk", "payload")
    asked = [pk for pk, earlier in found if _apart(earlier) == _apart(payload)]
    return bool(PersonalValue.objects.filter(entry__in=asked, field="text", value=event.text).exists())


def _apart(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in TrailRead.personal}


def erase_personal_values(
    actor: Actor,
    values: "QuerySet[PersonalValue]",
    *,
    reason: str,
    rows: "QuerySet[RowValue] | None" = None,
) -> int:
    """Delete personal values of the trail, and what regulated rows held, for good; how many there were.

    Of which entries and changes is written down. These stay as they are, and their commitments with them. ValidationError without a reason, where there is nothing
    to erase, or while work that follows from one of the entries still needs it.
    """
    require(actor, Can.ERASE)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is erased.")}, code="required")
    erased = erase(actor, values, reason=reason, rows=rows)
    if not erased:
        raise ValidationError(_("There is nothing left to erase here."), code="nothing")
    return erased


def ask_verification(actor: Actor) -> Entry:
    """Have the trail compared with what was signed, now; a job does it. The entry is the one that the job follows."""
    require(actor, Can.VERIFY)
    return record(actor, VerificationAsked(user_id=actor.user_id))


def request_proof_export(
    actor: Actor, *, first_day: date | None = None, last_day: date | None = None, with_values: bool
) -> ProofExport:
    """Have the trail written into a file with its proof: of these days, or all of it; a job does it.

    Whoever an ethical wall keeps from something gets no whole log but the part that they may read, entry by entry.
    ValidationError before the first checkpoint, or where the last day comes before the first.
    """
    require(actor, Can.EXPORT)
    if first_day and last_day and last_day < first_day:
        raise ValidationError({"last_day": _("The last day is before the first.")}, code="order")
    if newest_checkpoint() is None or actor.membership_id is None:
        raise ValidationError(_("Nothing was signed yet. Try again in a minute."), code="unsigned")
    whole = not (first_day or last_day or authority_of(actor).walled)
    made = ProofExport.objects.create(
        membership_id=actor.membership_id,
        whole=whole,
        first_day=first_day,
        last_day=last_day,
        with_values=with_values,
    )
    entry = record(
        actor,
        ProofExportRequested(
            export_id=made.pk, whole=whole, with_values=with_values, first_day=first_day, last_day=last_day
        ),
    )
    made.entry_id = entry.pk
    made.save()
    return made


def outlet() -> ProofOutlet:
    """Where the checkpoints of the firm at hand go; before anybody chose, by mail to its administrators."""
    found = ProofOutlet.objects.first()
    return found if isinstance(found, ProofOutlet) else ProofOutlet(salt=secrets.token_bytes(32))


def choose_outlet(
    actor: Actor, *, daily_mail: bool, webhook_url: str, new_secret: bool = False
) -> ProofOutlet:
    """Send checkpoints there from now on. ValidationError for an address that is no plain https address."""
    require(actor, Can.SEND_CHECKPOINTS)
    if webhook_url:
        try:
            check_url(webhook_url)
        except Unreachable:
            raise ValidationError(
                {"webhook_url": _("This must be an https address without a password or a port of its own.")},
                code="address",
            ) from None
    row = outlet()
    moved = row.webhook_url != webhook_url
    row.daily_mail, row.webhook_url = daily_mail, webhook_url
    if new_secret:
        row.salt = secrets.token_bytes(32)
    if moved:
        row.posted_size, row.posted_at, row.problem = 0, None, ""
    row.full_clean(exclude=["firm", "salt"])
    row.save()
    record(
        actor,
        ProofOutletChanged(daily_mail=daily_mail, webhook_url=webhook_url, secret_changed=new_secret),
    )
    return row
