"""The pages of an import: bring a file, choose columns, see what is wrong, mend it, run, take it out again.

One address for each import. Every step is a POST that ends in a redirect, so that reloading repeats nothing.
"""

import io
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.operations import request_cancel
from firmament.kernel.policies.decide import require
from firmament.kernel.web import import_cells, importing
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.imports import ImportPage
from firmament.kernel.web.links import go, link
from firmament.kernel.web.models import Import, ImportRow
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.lib.tabular.table import TableError
from firmament.lib.tabular.writing import write_csv

SHOWN = 50
SAMPLES = KNOWN_BY = 3
RECENT = 8
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
# What can be downloaded: what did not go in, or every row.
FILES: dict[str | None, tuple[str, ...]] = {"problems": ("wrong", "double", "refused", "kept"), "rows": ()}
ENDED = ("succeeded", "failed", "canceled")

State = Import.State


def import_page(request: FirmRequest, form: ImportPage, pk: UUID | None = None) -> HttpResponse:
    """Answer for `import/` (no pk) and `import/<pk>/`; an import is seen by nobody but who brought it."""
    if pk is None:
        return _bring(request, form)
    batch = _mine(request, form).filter(pk=pk).first()
    if batch is None:
        raise Http404
    if request.method != "POST":
        if (show := request.GET.get("show")) in FILES:
            return _rows_file(form, batch, FILES[show])
        return _show(request, form, batch)
    require(request.actor, form.power)
    # A step waits for another one of the same import: two clicks on “run” must not both find it ready.
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    step = _STEPS.get(request.POST.get("step") or request.GET.get("step") or "")
    if step is None:
        return error_page(request, 400)
    step(request, form, batch)
    return go(form.one_url, pk=batch.pk)


def _mine(request: FirmRequest, form: ImportPage) -> Any:
    assert request.actor.membership_id is not None
    return Import.objects.filter(kind=form.name, membership_id=request.actor.membership_id)


def _bring(request: FirmRequest, form: ImportPage) -> HttpResponse:
    if request.method != "POST":
        return _start(request, form)
    require(request.actor, form.power)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        return _start(request, form, problem=_("Choose a file that is not empty."))
    if file.size > importing.LIMITS.size:
        text = _("This file is too large. At most %(n)d MB can be read.")
        return _start(request, form, problem=text % {"n": importing.LIMITS.size // 2**20})
    try:
        batch = importing.bring(request.actor, form, str(file.name), file.read())
    except TableError as error:
        return _start(request, form, problem=str(error))
    return go(form.one_url, pk=batch.pk)


def _start(request: FirmRequest, form: ImportPage, problem: str = "") -> HttpResponse:
    recent = _mine(request, form).exclude(state=State.DISCARDED).order_by("-created_at")[:RECENT]
    context = {
        "form": form,
        "problem": problem,
        "fields": [_field_words(field) for field in form.columns],
        "recent": [
            {
                "name": one.file_name,
                "url": link(form.one_url, pk=one.pk),
                "state": one.get_state_display(),
                "at": one.created_at,
            }
            for one in recent
        ],
        "action": link(form.start_url),
        "list_url": link(form.list_url),
        "accept": ",".join(
            dict.fromkeys([*TABLES, *(suffix for reader in form.readers for suffix in reader.suffixes)])
        ),
        "readers": [f"{reader.label} ({', '.join(reader.suffixes)})" for reader in form.readers],
    }
    return page(request, "web/import_start.html", context, status=422 if problem else 200)


def _field_words(field: Any) -> dict[str, Any]:
    return {"label": str(field.label), "required": field.required, "help": str(field.help)}


def _show(request: FirmRequest, form: ImportPage, batch: Import) -> HttpResponse:
    counts: dict[str, int] = dict(
        ImportRow.objects.filter(batch=batch).values_list("state").annotate(n=Count("pk")).order_by()
    )
    context: dict[str, Any] = {
        "form": form,
        "batch": batch,
        "counts": counts,
        "good": form.counted(counts.get("good", 0)),
        "made": form.counted(counts.get("made", 0)),
        "total": sum(counts.values()),
        "action": link(form.one_url, pk=batch.pk),
        "list_url": link(form.list_url),
        "start_url": link(form.start_url),
    }
    run = _run_of(batch)
    context["run"] = run
    context["stopped"] = run is not None and run.state in ENDED
    by_columns = not batch.reader
    context["by_columns"] = by_columns
    if batch.state == State.MAPPING or (by_columns and request.GET.get("show") == "columns"):
        context |= {"choosing": True, "choices": _choices(form, batch)}
    elif batch.state == State.CHECKED:
        context["wrong"] = _problems(form, batch, ("wrong",))
        context["doubles"] = _problems(form, batch, ("double",))
        context |= _conflicts(form, batch) | _losses(form, batch)
    elif batch.state in (State.DONE, State.UNDONE, State.RUNNING, State.UNDOING):
        context["problems"] = _problems(form, batch, ("refused", "kept"))
    answer = page(request, "web/import.html", context)
    finished = batch.state in (State.DONE, State.UNDONE) or context["stopped"]
    if finished and request.headers.get("HX-Target", "").endswith("#progress"):
        # The piece that was watched has come to its end; the page around it says what follows.
        answer.headers["HX-Refresh"] = "true"
    return answer


def _run_of(batch: Import) -> JobRun | None:
    if batch.entry_id is None or batch.state not in (State.RUNNING, State.UNDOING):
        return None
    run = JobRun.objects.following(batch.entry_id).first()
    return run if isinstance(run, JobRun) else None


def _conflicts(form: ImportPage, batch: Import) -> dict[str, Any]:
    """How many rows are there already and what is to become of them; nothing where there is no choice."""
    alike = ImportRow.objects.filter(batch=batch, like_id__isnull=False, state__in=["good", "double"])
    count = alike.count() if form.conflicts else 0
    if not count:
        return {}
    chosen = form.conflict(batch.conflict)
    treated = alike.filter(state="good").count()
    fresh = ImportRow.objects.filter(batch=batch, state="good", like_id__isnull=True).count()
    return {
        "alike": form.counted(count),
        "treated": form.counted(treated) if treated else "",
        "treated_how": str(chosen.label) if chosen is not None else "",
        "good_new": form.counted(fresh),
        "conflicts": [
            {"key": one.key, "label": str(one.label), "help": str(one.help), "chosen": one is chosen}
            for one in form.conflicts
        ],
    }


def _choices(form: ImportPage, batch: Import) -> list[dict[str, Any]]:
    """For each field: the columns to choose from, the one chosen, and what stands in it."""
    first = list(
        ImportRow.objects.filter(batch=batch).order_by("number").values_list("cells", flat=True)[:40]
    )
    samples = [
        [str(cells[i]) for cells in first if i < len(cells) and cells[i]][:SAMPLES]
        for i in range(len(batch.header))
    ]
    columns = [(str(i), str(name) or _("Column %(n)d") % {"n": i + 1}) for i, name in enumerate(batch.header)]
    choices = []
    for field in form.columns:
        chosen = batch.mapping.get(field.name)
        choices.append(
            {
                **_field_words(field),
                "name": f"column_{field.name}",
                "columns": columns,
                "chosen": "" if chosen is None else str(chosen),
                "samples": samples[chosen] if isinstance(chosen, int) and chosen < len(samples) else [],
            }
        )
    return choices


def _problems(form: ImportPage, batch: Import, states: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows that need a person, with an input for each field that is wrong."""
    rows = ImportRow.objects.filter(batch=batch, state__in=states).order_by("number")[:SHOWN]
    found = []
    for row in rows:
        shown = [field for field in form.columns if field.name in row.errors]
        # What no person typed, no person can mend here; what is wrong with it is said all the same.
        others = [row.errors[name] for name in row.errors if name not in {field.name for field in shown}]
        found.append(
            {
                "number": row.number,
                "said": " ".join(others),
                "summary": _summary(form, batch, row),
                "fields": [
                    {
                        "name": f"row_{row.number}_{field.name}",
                        "label": str(field.label),
                        "value": import_cells.text_of(field, batch, row),
                        "error": row.errors[field.name],
                    }
                    for field in shown
                ],
            }
        )
    return found


def _rows_file(form: ImportPage, batch: Import, states: tuple[str, ...]) -> HttpResponse:
    """The rows in these states as they came, each with what becomes of it and why."""
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    if states:
        rows = rows.filter(state__in=states)
    labels = {field.name: str(field.label) for field in form.fields} | {"": ""}
    file = io.BytesIO()
    write_csv(
        [*map(str, batch.header), _("Row"), _("Result"), _("What is wrong"), _("What is lost")],
        (
            [
                *map(import_cells.as_text, row.cells),
                row.number,
                row.get_state_display(),
                "; ".join(f"{labels.get(n, n)}: {t}".removeprefix(": ") for n, t in row.errors.items()),
                " ".join([*row.lost, *row.notes]),
            ]
            for row in rows
        ),
        file,
    )
    name = "rows-to-mend.csv" if states else "rows.csv"
    return HttpResponse(
        file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _losses(form: ImportPage, batch: Import) -> dict[str, Any]:
    """The rows that go in without something they said."""
    rows = ImportRow.objects.filter(batch=batch, state="good").exclude(lost=[], notes=[])
    shown = [
        {
            "number": row.number,
            "said": " ".join([*row.lost, *row.notes]),
            "summary": _summary(form, batch, row),
        }
        for row in rows.order_by("number")[:SHOWN]
    ]
    return {"losses": shown, "losses_count": rows.count() if len(shown) == SHOWN else len(shown)}


def _summary(form: ImportPage, batch: Import, row: ImportRow) -> str:
    """What a row is known again by: its cells, or of a file that names its own fields the first few words."""
    cells = [import_cells.value_of(field, batch, row) for field in form.columns]
    if batch.reader:
        return " · ".join([cell for cell in cells if isinstance(cell, str) and cell][:KNOWN_BY])[:160]
    return " · ".join(import_cells.as_text(cell) for cell in cells if cell)[:160]


def _map(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Take the columns as chosen and do the dry run."""
    if batch.state not in (State.MAPPING, State.CHECKED) or batch.reader:
        return
    batch.mapping = {
        field.name: int(text)
        for field in form.columns
        if (text := request.POST.get(f"column_{field.name}", "")).isascii()
        and text.isdigit()
        and len(text) < 4
        and int(text) < len(batch.header)
    }
    batch.save()
    importing.check(request.actor, form, batch)


def _mend(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Take what was typed over wrong values, and look at everything again."""
    if batch.state != State.CHECKED:
        return
    for row in ImportRow.objects.filter(batch=batch, state__in=["wrong", "double"]):
        typed = {
            field.name: request.POST[name].replace("\x00", "")[: import_cells.MAX_CELL]
            for field in form.fields
            if (name := f"row_{row.number}_{field.name}") in request.POST
        }
        if request.POST.get(f"row_{row.number}_leave_out") == "yes":
            ImportRow.objects.filter(pk=row.pk).update(state=ImportRow.State.SKIPPED, errors={})
        elif typed:
            ImportRow.objects.filter(pk=row.pk).update(mended={**row.mended, **typed})
    importing.check(request.actor, form, batch)


def _choose(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Take what is to become of rows that are there already, and look at everything again."""
    chosen = form.conflict(request.POST.get("conflict", ""))
    if batch.state != State.CHECKED or chosen is None:
        return
    batch.conflict = chosen.key
    batch.save()
    importing.check(request.actor, form, batch)


def _run(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Ask for the work to be done, at first or again after it was stopped."""
    run = _run_of(batch)
    stopped = batch.state == State.RUNNING and run is not None and run.state in ENDED
    if batch.state != State.CHECKED and not stopped:
        return
    ready = ImportRow.objects.filter(batch=batch, state="good").count()
    if not ready and not stopped:
        toast(request, _("No row is ready yet."), tone="warning")
        return
    importing.ask_run(request.actor, form, batch)


def _undo(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Ask for everything it made to be taken out again."""
    run = _run_of(batch)
    stopped = batch.state in (State.RUNNING, State.UNDOING) and run is not None and run.state in ENDED
    if batch.state != State.DONE and not stopped:
        return
    importing.ask_undo(request.actor, form, batch)


def _cancel(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Stop the work after the beat at hand; what was made stays, and can be undone."""
    run = _run_of(batch)
    if run is not None:
        request_cancel(request.actor, run)


def _discard(request: FirmRequest, form: ImportPage, batch: Import) -> None:
    """Put it away before anything was made; its rows are forgotten at once."""
    if batch.state not in (State.MAPPING, State.CHECKED):
        return
    ImportRow.objects.filter(batch=batch).delete()
    batch.state = State.DISCARDED
    batch.save()


_STEPS = {
    "map": _map,
    "mend": _mend,
    "conflict": _choose,
    "run": _run,
    "undo": _undo,
    "cancel": _cancel,
    "discard": _discard,
}
