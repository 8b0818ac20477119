"""Imports and exports at work, as the person who asked; and what is forgotten in time."""

from datetime import timedelta

from firmament.kernel.files.actions import expire
from firmament.kernel.jobs.registry import Lane, Retry, every, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import request_id
from firmament.kernel.web.events import (
    ImportFinished,
    ImportRequested,
    ImportUndone,
    ImportUndoRequested,
    ListExportRequested,
)
from firmament.kernel.web.export_pages import KEPT as KEPT_EXPORTS
from firmament.kernel.web.exports import write_export
from firmament.kernel.web.importing import make_some, take_out_some, work_id
from firmament.kernel.web.imports import import_of
from firmament.kernel.web.models import Export, Import, ImportRow, SavedView
from firmament.lib.instant import now

# What somebody brought holds names and addresses that the firm's own rows hold already, or was never wanted.
KEPT_UNFINISHED = timedelta(days=14)
KEPT_FINISHED = timedelta(days=90)
KEPT_VIEWS = timedelta(days=30)


@on(
    ImportRequested,
    lane=Lane.NOW,
    retry=Retry.TRANSIENT,
    outside=True,
    as_person=True,
    asks=("the power to import into this list",),
)
def run_import(run: Run, event: ImportRequested) -> None:
    """Beat by beat; each keeps what it made, so that a kill loses at most one beat and doubles nothing."""
    form = import_of(event.kind)
    while True:
        with run.beat():
            batch = Import.objects.select_for_update().get(pk=event.import_id)
            if batch.state != Import.State.RUNNING:
                return
            work = request_id.set(work_id(batch.pk))
            try:
                require(run.actor, form.power)
                looked_at = make_some(run.actor, form, batch)
            finally:
                request_id.reset(work)
            rows = ImportRow.objects.filter(batch=batch)
            made = rows.filter(state="made").count()
            if not looked_at:
                batch.state, batch.finished_at = Import.State.DONE, now()
                batch.save()
                refused = rows.filter(state="refused").count()
                record(
                    run.actor,
                    ImportFinished(import_id=batch.pk, kind=batch.kind, made=made, refused=refused),
                )
                return
        run.progress(made, event.rows)
        run.stop_if_canceled()


@on(
    ImportUndoRequested,
    lane=Lane.NOW,
    retry=Retry.TRANSIENT,
    outside=True,
    as_person=True,
    asks=("the power to import into this list",),
)
def undo_import(run: Run, event: ImportUndoRequested) -> None:
    """The other way round, the last row first."""
    form = import_of(event.kind)
    while True:
        with run.beat():
            batch = Import.objects.select_for_update().get(pk=event.import_id)
            if batch.state != Import.State.UNDOING:
                return
            require(run.actor, form.power)
            looked_at = take_out_some(run.actor, form, batch)
            rows = ImportRow.objects.filter(batch=batch)
            undone, kept, left = (rows.filter(state=s).count() for s in ("undone", "kept", "made"))
            if not looked_at:
                batch.state, batch.finished_at = Import.State.UNDONE, now()
                batch.save()
                record(run.actor, ImportUndone(import_id=batch.pk, kind=batch.kind, undone=undone, kept=kept))
                return
        run.progress(undone + kept, undone + kept + left)
        run.stop_if_canceled()


@on(
    ListExportRequested,
    lane=Lane.NOW,
    retry=Retry.TRANSIENT,
    as_person=True,
    asks=("the powers to see this list and to export it",),
)
def run_export(run: Run, event: ListExportRequested) -> None:
    """Write the file in one transaction, and so from one moment of the list."""
    write_export(run, event.export_id)


@every("30 3 * * *")
def forget_exports() -> None:
    """Take back the files of lists that were exported a day ago."""
    for made in Export.objects.select_related("file").filter(created_at__lt=now() - KEPT_EXPORTS):
        if made.file is not None:
            expire(Actor.system("web.forget_exports"), made.file)
        made.delete()


@every("40 3 * * *")
def forget_imports() -> None:
    """Delete what was brought and never finished, and later also what was: the firm's own rows stay."""
    Import.objects.filter(finished_at__isnull=True, updated_at__lt=now() - KEPT_UNFINISHED).delete()
    Import.objects.filter(finished_at__lt=now() - KEPT_FINISHED).delete()


@every("50 3 * * *")
def forget_views() -> None:
    """Delete views of lists that were removed a month ago."""
    SavedView.objects.filter(removed_at__lt=now() - KEPT_VIEWS).delete()
