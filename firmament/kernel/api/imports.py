"""Imports for programs: the same as on the pages, for any room's `ImportPage`.

A room mounts them in a few lines:

    @router.post("/imports", response={201: ImportOut})
    @operation(Can.IMPORT)
    def create_import(request: FirmRequest, body: ImportIn) -> HttpResponse:
        return bring_import(request, SNIPPET_IMPORT, body)
"""

from typing import Annotated
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from pydantic import BaseModel, Field

from firmament.kernel.api.answers import dump
from firmament.kernel.api.problems import Problem
from firmament.kernel.api.schemas import In
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web import importing
from firmament.kernel.web.imports import ImportPage
from firmament.kernel.web.models import Import, ImportRow
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.tabular.table import TableError

State = Import.State


class ImportIn(In):
    """A file as text, with its name, whose ending says what it is; what becomes of rows that are there already.

    Without `conflict` it is what the room declares first. A dry run makes nothing, and can be run afterwards.
    """

    file_name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(min_length=1)]
    conflict: Annotated[str, Field(max_length=40)] = ""
    dry_run: bool = False


class ImportRowOut(BaseModel):
    """One row: good, wrong, double, skipped, made, refused, undone or kept; what is wrong by field, what is lost."""

    number: int
    state: str
    errors: dict[str, str]
    notes: list[str]
    like: str
    made_id: UUID | None


class ImportOut(BaseModel):
    """An import: checked, running, done, undoing or undone; how many rows are in which state, and each row."""

    id: UUID
    file_name: str
    reading: str
    conflict: str
    state: str
    counts: dict[str, int]
    rows: list[ImportRowOut]


def bring_import(request: FirmRequest, form: ImportPage, body: ImportIn) -> HttpResponse:
    """Read the file, look at every row, and begin unless it is a dry run. 422 with the reason for an unreadable file."""
    actor = request.actor
    require(actor, form.power)
    chosen = form.conflict(body.conflict)
    if body.conflict and (chosen is None or chosen.key != body.conflict):
        raise _no_such_conflict(form)
    try:
        batch = importing.bring(actor, form, body.file_name, body.content.encode())
    except TableError as error:
        raise Problem(422, "unreadable", str(error)) from error
    batch.conflict = chosen.key if chosen is not None else ""
    batch.save()
    importing.check(actor, form, batch)
    if not body.dry_run:
        importing.ask_run(actor, form, batch)
    return _answer(batch, 201)


def show_import(request: FirmRequest, form: ImportPage, pk: UUID) -> HttpResponse:
    """How far it is."""
    return _answer(_mine(request.actor, form, pk))


def run_import(request: FirmRequest, form: ImportPage, pk: UUID) -> HttpResponse:
    """Begin what was looked at in a dry run. 409 where it is past that."""
    require(request.actor, form.power)
    batch = _held(request.actor, form, pk, State.CHECKED)
    importing.ask_run(request.actor, form, batch)
    return _answer(batch)


def undo_import(request: FirmRequest, form: ImportPage, pk: UUID) -> HttpResponse:
    """Begin to take out again what it made. 409 unless it is done."""
    require(request.actor, form.power)
    batch = _held(request.actor, form, pk, State.DONE)
    importing.ask_undo(request.actor, form, batch)
    return _answer(batch)


def _mine(actor: Actor, form: ImportPage, pk: UUID) -> Import:
    assert actor.membership_id is not None, "imports are the staff's, and their tokens'"
    found: Import | None = Import.objects.filter(
        kind=form.name, membership_id=actor.membership_id, pk=pk
    ).first()
    if found is None:
        raise Http404
    return found


def _held(actor: Actor, form: ImportPage, pk: UUID, state: str) -> Import:
    held: Import = Import.objects.select_for_update().get(pk=_mine(actor, form, pk).pk)
    if held.state != state:
        raise Problem(409, "conflict", f"This import is {held.state}.")
    return held


def _answer(batch: Import, status: int = 200) -> HttpResponse:
    rows = ImportRow.objects.filter(batch=batch)
    counts: dict[str, int] = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    shown = [
        ImportRowOut(
            number=row.number,
            state=row.state,
            errors=row.errors,
            notes=[*row.lost, *row.notes],
            like=row.like_name,
            made_id=row.made_id,
        )
        for row in rows.order_by("number")
    ]
    out = ImportOut(
        id=batch.pk,
        file_name=batch.file_name,
        reading=batch.reading,
        conflict=batch.conflict,
        state=batch.state,
        counts=counts,
        rows=shown,
    )
    return dump(ImportOut, out, status=status)


def _no_such_conflict(form: ImportPage) -> Problem:
    known = ", ".join(one.key for one in form.conflicts)
    return Problem(
        422,
        "invalid",
        errors=[
            {"path": "body/conflict", "code": "choice", "message": f"Send one of: {known or 'nothing'}."}
        ],
    )
