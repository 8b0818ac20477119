"""What stands in the cells of an import: which column is which, what can be kept of a value, how it reads."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.web.imports import ImportField, ImportPage
from firmament.kernel.web.models import Import, ImportRow
from firmament.lib.tabular.table import Table

MAX_CELL = 4_000


def guess(form: ImportPage, columns: Sequence[str]) -> dict[str, int]:
    """Which column is which field, by name: equal names first, then names that contain one another."""
    names = [_plain(column) for column in columns]
    found: dict[str, int] = {}
    for exact in (True, False):
        for field in form.columns:
            if field.name in found:
                continue
            for index, name in enumerate(names):
                if name and index not in found.values() and _called(field, name, exact=exact):
                    found[field.name] = index
                    break
    return found


def value_of(field: ImportField, batch: Import, row: ImportRow) -> Any:
    """What stands in a row for a field: as mended, else as it came; None where it says nothing."""
    if field.name in row.mended:
        return row.mended[field.name]
    index = batch.mapping.get(field.name)
    return row.cells[index] if isinstance(index, int) and 0 <= index < len(row.cells) else None


def text_of(field: ImportField, batch: Import, row: ImportRow) -> str:
    """The same to read; a list or a mapping as JSON."""
    return as_text(value_of(field, batch, row))


def as_text(value: Any) -> str:
    """A value as a person can read and a cell can hold it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _called(field: ImportField, name: str, *, exact: bool) -> bool:
    known = [_plain(word) for word in (field.name, str(field.label), *field.synonyms)]
    if exact:
        return name in known
    return any(len(word) >= 4 and (word in name or (len(name) >= 4 and name in word)) for word in known)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def storable(text: str) -> str:
    """What is kept of a cell."""
    return text.replace("\x00", "")[:MAX_CELL]


def plain_json(value: Any) -> Any:
    """What PostgreSQL can keep of a value as JSON knows it: no NUL, no half characters, no number that is none."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode()
        case float() if not math.isfinite(value):
            return str(value)
        case list() | tuple():
            return [plain_json(one) for one in value]
        case Mapping():
            return {plain_json(str(name)): plain_json(one) for name, one in value.items()}
        case bool() | int() | float() | None:
            return value
        case _:
            return str(value)


def said(error: Exception) -> str:
    """The reason, in words for the person."""
    if isinstance(error, ValidationError):
        return " ".join(str(message) for message in error.messages)
    if isinstance(error, PermissionDenied):
        return _("You may not do this.")
    return str(error)


def reading_of(table: Table) -> str:
    """How a table was read: its kind, its encoding, its sheet."""
    parts = [table.kind.upper(), table.encoding, table.sheet]
    return ", ".join(part for part in parts if part)[:200]
