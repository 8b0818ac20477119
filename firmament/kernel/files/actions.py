"""What can be done with files. The rooms that hold them have asked for the power before."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, TypedDict, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils.translation import gettext as _

from firmament.kernel.files.events import (
    FileDownloaded,
    FileExpired,
    FileQuarantined,
    FileReceived,
    FileScanned,
)
from firmament.kernel.files.inspection import inspect
from firmament.kernel.files.limits import Limits, Refused
from firmament.kernel.files.models import Blob, StoredFile
from firmament.kernel.files.naming import display_name
from firmament.kernel.files.scanning import Verdict
from firmament.kernel.files.storage import CHUNK, storage
from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.lib.instant import now

__all__ = ["Refused", "expire", "note_download", "receive", "settle_scan"]


def receive(actor: Actor, uploaded: UploadedFile, *, limits: Limits, client_id: UUID | None) -> StoredFile:
    """Take an upload in; it waits for its scan, which a job does. Refused, in plain words, if it may not come in.

    The upload is read from disk once, hashed on the way. If the transaction is rolled back later, bytes
    without a row stay behind until the next sweep.
    """
    given, size = uploaded.name or "", uploaded.size or 0
    # What is beyond the installation's own limit was counted and not kept, whatever the room allows.
    limits = replace(limits, max_bytes=min(limits.max_bytes, settings.FILES_MAX_UPLOAD))
    media_type = inspect(cast("BinaryIO", uploaded.file), given, size, limits)
    blob = _keep(actor.firm_id, _chunks(uploaded))
    if blob.size != size:
        raise Refused(_("This file did not arrive whole. Try once more; your other files are safe."))
    return _waiting(actor, blob, name=given, media_type=media_type, client_id=client_id)


def keep_made(actor: Actor, made: BinaryIO, *, name: str, media_type: str) -> StoredFile:
    """Keep a file that the house has made for `actor`, from where `made` stands to its end.

    It waits for its scan as any other: what is in it somebody typed or uploaded once.
    """
    blob = _keep(actor.firm_id, iter(lambda: made.read(CHUNK), b""))
    return _waiting(actor, blob, name=name, media_type=media_type, client_id=None)


def _waiting(actor: Actor, blob: Blob, *, name: str, media_type: str, client_id: UUID | None) -> StoredFile:
    stored = StoredFile.objects.create(
        name=display_name(name, media_type),
        size=blob.size,
        media_type=media_type,
        state=StoredFile.State.SCANNING,
        blob=blob,
        client_id=client_id,
        uploaded_by_id=actor.user_id,
    )
    record(actor, FileReceived(size=blob.size, media_type=media_type, sha256=blob.sha256, **about(stored)))
    return stored


def _chunks(uploaded: UploadedFile) -> Iterator[bytes]:
    uploaded.seek(0)
    return uploaded.chunks(CHUNK)


def _keep(firm_id: UUID, chunks: Iterator[bytes]) -> Blob:
    kept = storage().put(firm_id, chunks)
    lock_content(kept.sha256)
    blob, _created = Blob.objects.get_or_create(sha256=kept.sha256, defaults={"size": kept.size})
    return blob


def lock_content(sha256: str) -> None:
    """Hold this content until the transaction ends, against a sweep that would remove it meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_setting('app.firm_id') || %s, 0))",
            [sha256],
        )


def settle_scan(actor: Actor, stored: StoredFile, verdict: Verdict, *, scanner: str) -> None:
    """Write down what the scanner said. Only the first verdict on a file counts."""
    found = StoredFile.Verdict.CLEAN if verdict.clean else StoredFile.Verdict.INFECTED
    reason = ""
    if verdict.malware:
        reason = _("The virus scan found %(malware)s.") % {"malware": verdict.malware}
    elif verdict.unscannable:
        found = StoredFile.Verdict.UNSCANNABLE
        reason = _("The virus scan could not look at all of it: %(why)s.") % {"why": verdict.unscannable}
    settled = StoredFile.objects.filter(pk=stored.pk, state=StoredFile.State.SCANNING).update(
        state=StoredFile.State.READY if verdict.clean else StoredFile.State.QUARANTINED,
        verdict=found,
        reason=reason[:300],
        scanned_at=now(),
    )
    if not settled:
        return
    record(actor, FileScanned(clean=verdict.clean, scanner=scanner, **about(stored)))
    if not verdict.clean:
        record(actor, FileQuarantined(reason=reason[:300], **about(stored)))


def note_download(actor: Actor, stored: StoredFile, *, power: str, subject: FirmModel) -> None:
    """Write down that the file was handed to the actor."""
    record(
        actor,
        FileDownloaded(
            power=power, subject=subject._meta.label_lower, subject_id=subject.pk, **about(stored)
        ),
    )


def expire(actor: Actor, stored: StoredFile) -> None:
    """Remove a file for good. Its bytes go at the next sweep, unless another file has the same."""
    gone = (
        StoredFile.objects.filter(pk=stored.pk)
        .exclude(state=StoredFile.State.EXPIRED)
        .update(state=StoredFile.State.EXPIRED, blob=None)
    )
    if gone:
        record(actor, FileExpired(**about(stored)))


class About(TypedDict):
    """The fields that every event about a file has."""

    file_id: UUID
    client_id: UUID | None
    name: str


def about(stored: StoredFile) -> About:
    """Those fields, filled."""
    return About(file_id=stored.pk, client_id=stored.client_id, name=stored.name)
