"""What follows in the audit room: exports with their proof, checkpoints that leave the machine, and the alarm."""

from datetime import datetime, time, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from firmament.kernel.files.actions import keep_made
from firmament.kernel.jobs.errors import JobError, NotAuthorized, Permanent
from firmament.kernel.jobs.registry import Lane, Retry, every, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.ledger.record import record
from firmament.kernel.messages.render import Recipient
from firmament.kernel.messages.send import queue_message
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import Denied, require
from firmament.kernel.policies.models import RoleAssignment
from firmament.kernel.policies.powers import FIRM_ADMIN
from firmament.kernel.proof.archive import NothingSigned, newest_checkpoint, write_archive
from firmament.kernel.proof.events import LogFoundBroken
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import link
from firmament.lib.instant import now
from firmament.modules.audit.actions import outlet
from firmament.modules.audit.events import ProofExported, ProofExportRequested
from firmament.modules.audit.gateways import post_checkpoint, webhook_secret
from firmament.modules.audit.models import ProofExport, ProofOutlet
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.trail import entries_for

MEDIA_TYPE = "application/zip"


@on(ProofExportRequested, lane=Lane.NOW, retry=Retry.TRANSIENT, as_person=True, asks=(Can.EXPORT,))
def write_proof_export(run: Run, event: ProofExportRequested) -> None:
    """Write the file and keep it for its scan. Done once: a second time finds it written."""
    made = ProofExport.objects.select_for_update().filter(pk=event.export_id, file=None).first()
    if made is None:
        return
    actor = run.actor
    try:
        require(actor, Can.EXPORT)
    except Denied as denied:
        raise NotAuthorized("The person who asked for this may not export the trail any more.") from denied
    # A wall may have been raised since it was asked for.
    whole = made.whole and not authority_of(actor).walled
    name = f"audit-trail-with-proof-{made.created_at:%Y-%m-%d}.zip"

    def report(done: int, total: int) -> None:
        run.progress(done, total, _("Writing entries and their proofs"))

    with TemporaryFile() as file:
        try:
            only = None if whole else _ids(actor, made)
            found = write_archive(file, name=name, values=made.with_values, only=only, report=report)
        except NothingSigned as reason:
            raise Permanent("Nothing was signed yet.") from reason
        file.seek(0)
        stored = keep_made(actor, cast("BinaryIO", file), name=name, media_type=MEDIA_TYPE)
    ProofExport.objects.filter(pk=made.pk).update(
        file=stored, reach=authority_of(actor).reach, entries=found.entries, whole=whole
    )
    record(
        actor,
        ProofExported(export_id=made.pk, entries=found.entries, size=found.size, values=found.values),
    )


def _ids(actor: Actor, made: ProofExport) -> list[UUID]:
    """The entries of these days that the person may read; days are the firm's."""
    rows = entries_for(actor)
    zone = ZoneInfo(current_firm().timezone)
    if made.first_day:
        rows = rows.filter(occurred_at__gte=datetime.combine(made.first_day, time.min, zone))
    if made.last_day:
        rows = rows.filter(
            occurred_at__lt=datetime.combine(made.last_day + timedelta(days=1), time.min, zone)
        )
    return list(rows.order_by().values_list("pk", flat=True))


@on(LogFoundBroken, lane=Lane.NOW)
def tell_administrators(event: LogFoundBroken) -> None:
    """Somebody has to look at it now."""
    _write(
        "audit.trail_changed",
        {"first": event.first, "faults": event.faults},
        key=f"trail-changed-{event.verification_id}",
    )


@every("30 7 * * *")
def mail_checkpoint() -> None:
    """Each morning: a copy of the last checkpoint in mailboxes that nobody can rewrite from here."""
    row, checkpoint = outlet(), newest_checkpoint()
    if not row.daily_mail or checkpoint is None or checkpoint.size <= row.mailed_size:
        return
    _write(
        "audit.checkpoint",
        {"size": checkpoint.size, "lines": [line for line in checkpoint.note.splitlines() if line]},
        key=f"checkpoint-{checkpoint.pk}",
    )
    row.mailed_size = checkpoint.size
    row.save()


@every("7 * * * *", outside=True, retry=Retry.PATIENT)
def post_checkpoint_hourly(run: Run) -> None:
    """To the firm's own address, where it named one; no transaction is open while it is spoken to."""
    with run.beat():
        row, checkpoint = outlet(), newest_checkpoint()
        if not row.webhook_url or checkpoint is None or checkpoint.size <= row.posted_size:
            return
        secret = webhook_secret(bytes(row.salt))
    try:
        post_checkpoint(
            row.webhook_url,
            secret,
            message_id=checkpoint.pk,
            timestamp=int(now().timestamp()),
            size=checkpoint.size,
            note=checkpoint.note,
        )
    except JobError as refused:
        with run.beat():
            ProofOutlet.objects.filter(pk=row.pk).update(problem=str(refused)[:200])
        raise
    with run.beat():
        ProofOutlet.objects.filter(pk=row.pk, webhook_url=row.webhook_url).update(
            posted_size=checkpoint.size, posted_at=now(), problem=""
        )


def _write(wording: str, context: dict[str, object], *, key: str) -> None:
    """To each active administrator of the firm at hand."""
    actor, firm = Actor.system("audit.write"), current_firm()
    holders = RoleAssignment.objects.filter(
        role__code=FIRM_ADMIN, membership__state=Membership.State.ACTIVE, membership__user__is_active=True
    )
    for holder in holders.select_related("membership__user").order_by("pk"):
        user = holder.membership.user
        queue_message(
            actor,
            wording=wording,
            to=Recipient(
                name=user.name,
                email=user.email,
                user_id=user.pk,
                locale=user.locale or firm.locale,
                timezone=user.timezone or firm.timezone,
            ),
            context={
                **context,
                "link": f"{settings.PUBLIC_URL}{link('audit:proof')}",
                "firm": {"name": firm.name},
            },
            key=f"{key}-{user.pk}",
        )
