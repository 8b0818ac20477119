"""The work of an import: read, guess the columns, check, make, take out again."""

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.events import ImportUploaded
from firmament.kernel.web.imports import ImportField, ImportPage, Values
from firmament.kernel.web.models import Import, ImportRow
from firmament.lib.tabular.reading import read_table
from firmament.lib.tabular.table import Table, TableError, TableLimits

LIMITS = TableLimits(rows=10_000, columns=120)
CHUNK = 1_000
BEAT = 100
MAX_CELL = 4_000

Row = ImportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a row is worth: its values, or what is wrong by field ("" for the row as a whole)."""

    values: Values
    errors: dict[str, str]
    state: str


def bring(actor: Actor, form: ImportPage, name: str, content: bytes) -> Import:
    """Read the file and keep its rows; TableError in plain words where it cannot be read."""
    table = read_table(content, limits=LIMITS)
    if not table.rows:
        raise TableError(_("There are no rows under the header."))
    # Imports are the staff's: what is brought belongs to a member of the firm.
    assert actor.membership_id is not None
    batch = Import.objects.create(
        kind=form.name,
        membership_id=actor.membership_id,
        file_name=name[:200],
        reading=_reading(table),
        header=[_storable(cell) for cell in table.columns],
        mapping=guess(form, table.columns),
    )
    ImportRow.objects.bulk_create(
        (
            ImportRow(batch=batch, number=row.number, cells=[_storable(cell) for cell in row.cells])
            for row in table.rows
        ),
        batch_size=CHUNK,
    )
    record(
        actor,
        ImportUploaded(import_id=batch.pk, kind=form.name, file_name=batch.file_name, rows=len(table.rows)),
    )
    return batch


def guess(form: ImportPage, columns: Sequence[str]) -> dict[str, int]:
    """Which column is which field, by name: equal names first, then names that contain one another."""
    names = [_plain(column) for column in columns]
    found: dict[str, int] = {}
    for exact in (True, False):
        for field in form.fields:
            if field.name in found:
                continue
            for index, name in enumerate(names):
                if name and index not in found.values() and _called(field, name, exact=exact):
                    found[field.name] = index
                    break
    return found


def check(actor: Actor, form: ImportPage, batch: Import) -> None:
    """The dry run: look at every row that may still change and say what is wrong with it. Makes nothing."""
    rows = list(
        ImportRow.objects.filter(batch=batch, state__in=["new", "good", "wrong", "double"]).order_by("number")
    )
    verdicts = {row.pk: judge(form, batch, row) for row in rows}
    _find_doubles(actor, form, rows, verdicts)
    _store(rows, verdicts)
    Import.objects.filter(pk=batch.pk).update(state=Import.State.CHECKED)
    batch.state = Import.State.CHECKED


def judge(form: ImportPage, batch: Import, row: ImportRow) -> Verdict:
    """One row by itself."""
    values: Values = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        text = text_of(field, batch, row).strip()
        values[field.name] = None
        if not text:
            if field.required:
                errors[field.name] = _("This is needed.")
            continue
        try:
            values[field.name] = field.parse(text)
        except (ValidationError, ValueError) as error:
            errors[field.name] = _said(error)
    if not errors and form.check is not None:
        try:
            form.check(values)
        except ValidationError as error:
            errors[""] = _said(error)
    return Verdict(values=values, errors=errors, state="wrong" if errors else "good")


def text_of(field: ImportField, batch: Import, row: ImportRow) -> str:
    """What stands in a row for a field: as mended, else as it came."""
    if field.name in row.mended:
        return str(row.mended[field.name])
    index = batch.mapping.get(field.name)
    return str(row.cells[index]) if isinstance(index, int) and 0 <= index < len(row.cells) else ""


def make_some(actor: Actor, form: ImportPage, batch: Import) -> int:
    """Make the next BEAT rows that are ready; how many were looked at. Call it in a transaction, until it is 0."""
    rows = list(
        ImportRow.objects.select_for_update().filter(batch=batch, state="good").order_by("number")[:BEAT]
    )
    verdicts = {row.pk: judge(form, batch, row) for row in rows}
    # Somebody may have made the same thing since the dry run.
    _find_doubles(actor, form, rows, verdicts)
    for row in rows:
        verdict = verdicts[row.pk]
        row.state, row.errors = verdict.state, verdict.errors
        if verdict.state != "good":
            continue
        try:
            with transaction.atomic():
                row.made_id = form.create(actor, verdict.values)
            row.state = ImportRow.State.MADE
        except (ValidationError, PermissionDenied) as error:
            row.state, row.errors = ImportRow.State.REFUSED, {"": _said(error)}
    ImportRow.objects.bulk_update(rows, ["state", "errors", "made_id"])
    return len(rows)


def take_out_some(actor: Actor, form: ImportPage, batch: Import) -> int:
    """Take out the last BEAT rows that were made; how many were looked at. What is in use is kept, and says why."""
    rows = list(
        ImportRow.objects.select_for_update().filter(batch=batch, state="made").order_by("-number")[:BEAT]
    )
    for row in rows:
        assert row.made_id is not None
        try:
            with transaction.atomic():
                form.undo(actor, row.made_id)
            row.state = ImportRow.State.UNDONE
        except (ValidationError, PermissionDenied) as error:
            row.state, row.errors = ImportRow.State.KEPT, {"": _said(error)}
    ImportRow.objects.bulk_update(rows, ["state", "errors"])
    return len(rows)


def _find_doubles(actor: Actor, form: ImportPage, rows: Sequence[Row], verdicts: dict[UUID, Verdict]) -> None:
    """Mark rows that say again what an earlier row, or the firm's own data, says already."""
    if form.key is None:
        return
    marks = {
        row.pk: _marks(form.key(verdicts[row.pk].values)) for row in rows if verdicts[row.pk].state == "good"
    }
    wanted = list(dict.fromkeys(mark for own in marks.values() for mark in own))
    there: Mapping[Any, str] = form.existing(actor, wanted) if form.existing is not None and wanted else {}
    first: dict[Any, int] = {}
    for row in rows:
        own = marks.get(row.pk, ())
        known = next((there[mark] for mark in own if mark in there), None)
        earlier = next((first[mark] for mark in own if mark in first), None)
        reason = ""
        if known is not None:
            reason = _("Already there: %(name)s") % {"name": known}
        elif earlier is not None:
            reason = _("The same as row %(number)d") % {"number": earlier}
        else:
            first |= dict.fromkeys(own, row.number)
        if reason:
            verdicts[row.pk] = Verdict(values=verdicts[row.pk].values, errors={"": reason}, state="double")


def _marks(key: Hashable | None) -> tuple[Hashable, ...]:
    if key is None:
        return ()
    return tuple(sorted(key, key=str)) if isinstance(key, frozenset) else (key,)


def _store(rows: Sequence[Row], verdicts: Mapping[UUID, Verdict]) -> None:
    changed = [
        row for row in rows if (row.state, row.errors) != (verdicts[row.pk].state, verdicts[row.pk].errors)
    ]
    if not changed:
        return
    with connection.cursor() as cursor:
        # One statement for ten thousand rows; Django's bulk_update would build a CASE of as many branches.
        cursor.execute(
            "UPDATE web_importrow AS r SET state = v.state, errors = v.errors::jsonb"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS v (id, state, errors) WHERE r.id = v.id",
            [
                [str(row.pk) for row in changed],
                [verdicts[row.pk].state for row in changed],
                [json.dumps(verdicts[row.pk].errors) for row in changed],
            ],
        )


def _called(field: ImportField, name: str, *, exact: bool) -> bool:
    known = [_plain(word) for word in (field.name, str(field.label), *field.synonyms)]
    if exact:
        return name in known
    return any(len(word) >= 4 and (word in name or (len(name) >= 4 and name in word)) for word in known)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _storable(text: str) -> str:
    return text.replace("\x00", "")[:MAX_CELL]


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(str(message) for message in error.messages)
    if isinstance(error, PermissionDenied):
        return _("You may not do this.")
    return str(error)


def _reading(table: Table) -> str:
    parts = [table.kind.upper(), table.encoding, table.sheet]
    return ", ".join(part for part in parts if part)[:200]
