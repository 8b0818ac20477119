"""What happens to files later: the scan after an upload, the sweep by night."""

from datetime import timedelta

from firmament.kernel.files.actions import lock_content, settle_scan
from firmament.kernel.files.events import FileReceived
from firmament.kernel.files.models import Blob, StoredFile
from firmament.kernel.files.scanning import ScannerUnavailable, scanner
from firmament.kernel.files.storage import MissingBytes, storage
from firmament.kernel.jobs.errors import Permanent, Transient
from firmament.kernel.jobs.registry import Lane, Retry, every, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.lib.instant import now

# Longer than any upload or any transaction lasts.
ABANDONED = timedelta(days=1)


@on(FileReceived, outside=True, lane=Lane.NOW, retry=Retry.PATIENT)
def scan(run: Run, event: FileReceived) -> None:
    """Let the scanner look at a new file. Until it has, nobody can open the file."""
    with run.beat():
        stored = StoredFile.objects.select_related("blob").get(pk=event.file_id)
        firm_id = stored.firm_id
        if stored.state != StoredFile.State.SCANNING or stored.blob is None:
            return
        sha256 = stored.blob.sha256
    looking = scanner()
    try:
        with storage().open(firm_id, sha256) as file:
            verdict = looking.scan(file)
    except ScannerUnavailable as error:
        raise Transient(str(error)) from error
    except MissingBytes as error:
        raise Permanent("The bytes of this file are not in the storage.") from error
    with run.beat():
        settle_scan(run.actor, stored, verdict, scanner=looking.name)


@every("20 3 * * *")
def sweep() -> None:
    """Remove what nobody will ask for again: unfinished uploads, and bytes that no file names.

    Bytes without a row are left by an upload whose transaction was rolled back.
    """
    firm_id, before = current_firm_id(), now() - ABANDONED
    kept = storage()
    kept.sweep_unfinished(firm_id, before=before)
    # Asked before rows are deleted: their bytes go tomorrow, when that is certain to have been committed.
    known = set(Blob.objects.values_list("sha256", flat=True))
    for lying in list(kept.kept(firm_id)):
        if lying.sha256 in known or lying.written_at >= before:
            continue
        # The lock waits for an upload of the same bytes that is on its way at this moment.
        lock_content(lying.sha256)
        if not Blob.objects.filter(sha256=lying.sha256).exists():
            kept.delete(firm_id, lying.sha256)
    used = StoredFile.objects.filter(blob__isnull=False).values("blob")
    for blob in Blob.objects.exclude(pk__in=used).filter(updated_at__lt=before):
        lock_content(blob.sha256)
        if not StoredFile.objects.filter(blob=blob).exists():
            blob.delete()
