"""The work of an import: read, guess the columns, check, make, take out again."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.kinds import labels_of
from firmament.kernel.ledger.models import EntryTarget
from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.web.events import ImportRequested, ImportUndoRequested, ImportUploaded
from firmament.kernel.web.import_cells import guess, plain_json, reading_of, said, storable, value_of
from firmament.kernel.web.imports import NOTES, ImportField, ImportPage, Like, Reader, Values
from firmament.kernel.web.models import Import, ImportRow
from firmament.lib.instant import now
from firmament.lib.tabular.reading import read_table
from firmament.lib.tabular.table import TableError, TableLimits

LIMITS = TableLimits(rows=10_000, columns=120)
CHUNK = 1_000
BEAT = 100

Row = ImportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a row is worth: its values, or what is wrong by field ("" for the row as a whole), and what is lost."""

    values: Values
    errors: dict[str, str]
    state: str
    like: Like | None = None
    notes: tuple[str, ...] = ()


def bring(actor: Actor, form: ImportPage, name: str, content: bytes) -> Import:
    """Read the file and keep its rows; TableError in plain words where it cannot be read."""
    reader = form.reader_of(name, content)
    return (
        _bring_rows(actor, form, name, reader, content)
        if reader
        else _bring_table(actor, form, name, content)
    )


def _bring_table(actor: Actor, form: ImportPage, name: str, content: bytes) -> Import:
    table = read_table(content, limits=LIMITS)
    if not table.rows:
        raise TableError(_("There are no rows under the header."))
    batch = _begin(actor, form, name, reading=reading_of(table), header=[storable(c) for c in table.columns])
    batch.mapping = guess(form, table.columns)
    rows = ((row.number, [storable(cell) for cell in row.cells]) for row in table.rows)
    return _keep(actor, batch, rows, len(table.rows))


def _bring_rows(actor: Actor, form: ImportPage, name: str, reader: Reader, content: bytes) -> Import:
    """A file that says itself what is what: no column has to be chosen, and the dry run follows at once."""
    try:
        found = reader.read(content)
    except RecursionError as error:
        raise TableError(_("This file is nested too deeply.")) from error
    if not found:
        raise TableError(_("There is nothing in this file."))
    if len(found) > LIMITS.rows:
        raise TableError(_("This file holds more than %(n)d rows.") % {"n": LIMITS.rows})
    names = [field.name for field in form.fields]
    batch = _begin(actor, form, name, reading=str(reader.label)[:200], header=names)
    batch.reader, batch.mapping = reader.key, {name: index for index, name in enumerate(names)}
    rows = ((n, [plain_json(row.get(name)) for name in names]) for n, row in enumerate(found, 1))
    lost = {n: [plain_json(note) for note in row[NOTES]] for n, row in enumerate(found, 1) if row.get(NOTES)}
    batch = _keep(actor, batch, rows, len(found), lost)
    check(actor, form, batch)
    return batch


def _begin(actor: Actor, form: ImportPage, name: str, *, reading: str, header: list[str]) -> Import:
    # Imports are the staff's: what is brought belongs to a member of the firm.
    assert actor.membership_id is not None
    return Import(
        kind=form.name,
        membership_id=actor.membership_id,
        file_name=name[:200],
        reading=reading,
        header=header,
    )


def _keep(
    actor: Actor,
    batch: Import,
    rows: Iterable[tuple[int, list[Any]]],
    count: int,
    lost: Mapping[int, list[str]] | None = None,
) -> Import:
    lost = lost or {}
    batch.save()
    ImportRow.objects.bulk_create(
        (ImportRow(batch=batch, number=n, cells=cells, lost=lost.get(n, [])) for n, cells in rows),
        batch_size=CHUNK,
    )
    record(
        actor,
        ImportUploaded(import_id=batch.pk, kind=batch.kind, file_name=batch.file_name, rows=count),
    )
    return batch


def check(actor: Actor, form: ImportPage, batch: Import) -> None:
    """The dry run: look at every row that may still change and say what is wrong with it. Makes nothing."""
    rows = list(
        ImportRow.objects.filter(batch=batch, state__in=["new", "good", "wrong", "double"]).order_by("number")
    )
    verdicts = {row.pk: judge(form, batch, row) for row in rows}
    _look_together(actor, form, rows, verdicts)
    _find_doubles(actor, form, batch, rows, verdicts)
    _store(rows, verdicts)
    Import.objects.filter(pk=batch.pk).update(state=Import.State.CHECKED)
    batch.state = Import.State.CHECKED


def judge(form: ImportPage, batch: Import, row: ImportRow) -> Verdict:
    """One row by itself."""
    values: Values = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        given = value_of(field, batch, row)
        values[field.name] = None
        if given is None or (isinstance(given, str) and not given.strip()):
            if field.required:
                errors[field.name] = _("This is needed.")
            continue
        try:
            values[field.name] = _taken(field, batch, row, given)
        except (ValidationError, ValueError) as error:
            errors[field.name] = said(error)
    if not errors and form.check is not None:
        try:
            form.check(values)
        except ValidationError as error:
            errors[""] = said(error)
    return Verdict(values=values, errors=errors, state="wrong" if errors else "good")


def _look_together(
    actor: Actor, form: ImportPage, rows: Sequence[Row], verdicts: dict[UUID, Verdict]
) -> None:
    """Let the room look at all rows that are good so far at once, for what no row says by itself."""
    if form.together is None:
        return
    good = {row.number: verdicts[row.pk].values for row in rows if verdicts[row.pk].state == "good"}
    found = form.together(actor, good)
    for row in rows:
        if row.number in found:
            wrong = dict(found[row.number].errors)
            verdicts[row.pk] = replace(
                verdicts[row.pk],
                errors=wrong,
                state="wrong" if wrong else "good",
                notes=tuple(found[row.number].notes),
            )


def _taken(field: ImportField, batch: Import, row: ImportRow, given: Any) -> Any:
    """The value: what a reader gave as it is, what stands in a cell or was typed as text."""
    if batch.reader and field.take is not None and field.name not in row.mended:
        return field.take(given)
    if isinstance(given, list | dict):
        raise ValidationError(_("Nothing of this kind belongs here."))
    return field.parse(str(given).strip())


def ask_run(actor: Actor, form: ImportPage, batch: Import) -> int:
    """Ask for the rows that are ready to be made, by a job; how many those are."""
    ready = ImportRow.objects.filter(batch=batch, state="good").count()
    batch.entry_id = record(actor, ImportRequested(import_id=batch.pk, kind=form.name, rows=ready)).pk
    batch.state = Import.State.RUNNING
    batch.save()
    return ready


def ask_undo(actor: Actor, form: ImportPage, batch: Import) -> None:
    """Ask for everything it made to be taken out again, by a job."""
    batch.entry_id = record(actor, ImportUndoRequested(import_id=batch.pk, kind=form.name)).pk
    batch.state = Import.State.UNDOING
    batch.save()


def work_id(import_id: UUID) -> str:
    """What ledger entries of an import's own work carry in the place of a request's id."""
    return f"import-{import_id}"


def make_some(actor: Actor, form: ImportPage, batch: Import) -> int:
    """Make the next BEAT rows that are ready; how many were looked at. Call it in a transaction, until it is 0."""
    rows = list(
        ImportRow.objects.select_for_update().filter(batch=batch, state="good").order_by("number")[:BEAT]
    )
    verdicts = {row.pk: judge(form, batch, row) for row in rows}
    # Somebody may have made the same thing since the dry run.
    _find_doubles(actor, form, batch, rows, verdicts)
    for row in rows:
        verdict = verdicts[row.pk]
        row.state, row.errors = verdict.state, verdict.errors
        _note_like(row, verdict)
        if verdict.state != "good":
            continue
        try:
            with transaction.atomic():
                _make(actor, form, batch, row, verdict)
        except (ValidationError, PermissionDenied) as error:
            row.state, row.errors = ImportRow.State.REFUSED, {"": said(error)}
    ImportRow.objects.bulk_update(
        rows, ["state", "errors", "like_id", "like_name", "made_id", "made_at", "made_by"]
    )
    return len(rows)


def _make(actor: Actor, form: ImportPage, batch: Import, row: ImportRow, verdict: Verdict) -> None:
    """Make what the row says, or treat what is there already as was chosen."""
    made: UUID | None
    conflict = form.conflict(batch.conflict) if verdict.like is not None else None
    if verdict.like is not None and conflict is not None and conflict.apply is not None:
        made, row.made_by = conflict.apply(actor, verdict.values, verdict.like.id), conflict.key
    else:
        made, row.made_by = form.create(actor, verdict.values), ""
    if made is None:
        row.state, row.errors = ImportRow.State.DOUBLE, {"": _("It says the same already.")}
        return
    row.made_id, row.made_at, row.state = made, now(), ImportRow.State.MADE


def _note_like(row: ImportRow, verdict: Verdict) -> None:
    row.like_id = verdict.like.id if verdict.like is not None else None
    row.like_name = verdict.like.name[:200] if verdict.like is not None else ""


def take_out_some(actor: Actor, form: ImportPage, batch: Import) -> int:
    """Take out the last BEAT rows that were made; how many were looked at. What is in use is kept, and says why."""
    rows = list(
        ImportRow.objects.select_for_update().filter(batch=batch, state="made").order_by("-number")[:BEAT]
    )
    changed = _changed_since(form, rows)
    for row in rows:
        assert row.made_id is not None
        if row.pk in changed:
            row.state, row.errors = ImportRow.State.KEPT, {"": changed[row.pk]}
            continue
        conflict = form.conflict(row.made_by) if row.made_by else None
        undo = conflict.undo if conflict is not None and conflict.undo is not None else form.undo
        try:
            with transaction.atomic():
                undo(actor, row.made_id)
            row.state = ImportRow.State.UNDONE
        except (ValidationError, PermissionDenied) as error:
            row.state, row.errors = ImportRow.State.KEPT, {"": said(error)}
    ImportRow.objects.bulk_update(rows, ["state", "errors"])
    return len(rows)


def _changed_since(form: ImportPage, rows: Sequence[Row]) -> dict[UUID, str]:
    """Which rows' things a person has changed since they were made, and who it was; one look into the ledger.

    What a job does by itself after an import (an index, a notice) is no change.
    """
    about = {thing: row for row in rows if form.kind and (thing := _concerns(form, row)) is not None}
    found = (
        EntryTarget.objects.filter(
            kind__in=labels_of(form.kind),
            object_id__in=about,
            entry__domain__in=[Domain.STAFF, Domain.CLIENT, Domain.TOKEN],
        )
        # What a later row of the same import did to it, such as to name it as a replacement.
        .exclude(entry__request_id__in={work_id(row.batch_id) for row in rows})
        .order_by("occurred_at")
    )
    latest = {
        about[thing].pk: who
        for thing, at, who in found.values_list("object_id", "occurred_at", "entry__user_id")
        if at > (about[thing].made_at or at)
    }
    names = {user.pk: user.name for user in User.objects.filter(pk__in=set(latest.values()))}
    return {
        pk: _("%(who)s has changed it since it was imported.")
        % {"who": names[who] if who in names else _("Someone")}
        for pk, who in latest.items()
    }


def _concerns(form: ImportPage, row: ImportRow) -> UUID | None:
    """The thing a row is about: the one that was there already where that was changed, else the one that was made."""
    conflict = form.conflict(row.made_by) if row.made_by else None
    return row.like_id if conflict is not None and conflict.undo is not None else row.made_id


def _find_doubles(
    actor: Actor, form: ImportPage, batch: Import, rows: Sequence[Row], verdicts: dict[UUID, Verdict]
) -> None:
    """Mark rows that say again what an earlier row, or the firm's own data, says already."""
    if form.key is None:
        return
    marks = {
        row.pk: _marks(form.key(verdicts[row.pk].values)) for row in rows if verdicts[row.pk].state == "good"
    }
    wanted = list(dict.fromkeys(mark for own in marks.values() for mark in own))
    conflict = form.conflict(batch.conflict)
    treated = conflict is not None and conflict.apply is not None
    there: Mapping[Any, Like] = form.existing(actor, wanted) if form.existing is not None and wanted else {}
    first: dict[Any, int] = {}
    for row in rows:
        own = marks.get(row.pk, ())
        known = next((there[mark] for mark in own if mark in there), None)
        earlier = next((first[mark] for mark in own if mark in first), None)
        reason = ""
        if earlier is not None:
            reason = _("The same as row %(number)d") % {"number": earlier}
        elif known is not None and not treated:
            reason = _("Already there: %(name)s") % {"name": known.name}
        first = dict.fromkeys(own, row.number) | first
        if reason:
            verdicts[row.pk] = replace(verdicts[row.pk], errors={"": reason}, state="double", like=known)
        elif known is not None:
            verdicts[row.pk] = replace(verdicts[row.pk], like=known)


def _marks(key: Hashable | None) -> tuple[Hashable, ...]:
    if key is None:
        return ()
    return tuple(sorted(key, key=str)) if isinstance(key, frozenset) else (key,)


def _store(rows: Sequence[Row], verdicts: Mapping[UUID, Verdict]) -> None:
    changed = [(row, verdict) for row in rows if _differs(row, verdict := verdicts[row.pk])]
    if not changed:
        return
    likes = [verdict.like for _row, verdict in changed]
    with connection.cursor() as cursor:
        # One statement for ten thousand rows; Django's bulk_update would build a CASE of as many branches.
        cursor.execute(
            "UPDATE web_importrow AS r SET state = v.state, errors = v.errors::jsonb, like_id = v.like_id,"
            " like_name = v.like_name, notes = v.notes::jsonb"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[])"
            " AS v (id, state, errors, like_id, like_name, notes) WHERE r.id = v.id",
            [
                [str(row.pk) for row, _verdict in changed],
                [verdict.state for _row, verdict in changed],
                [json.dumps(verdict.errors) for _row, verdict in changed],
                [str(like.id) if like is not None else None for like in likes],
                [like.name[:200] if like is not None else "" for like in likes],
                [json.dumps(verdict.notes) for _row, verdict in changed],
            ],
        )


def _differs(row: Row, verdict: Verdict) -> bool:
    like_id = verdict.like.id if verdict.like is not None else None
    notes = list(verdict.notes)
    return (row.state, row.errors, row.like_id, row.notes) != (verdict.state, verdict.errors, like_id, notes)
