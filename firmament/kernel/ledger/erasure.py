"""Erasing what is personal in the trail, so that whatever was proven about it stays proven.

An entry holds a commitment to each personal value (`payload.commitment`), a change of a regulated row one to what stood
there; value and salt stand apart and are deleted. Entries and changes themselves are never touched, and without the salt
the value cannot be found again by guessing.
"""

import json
from collections.abc import Sequence
from urllib.parse import quote_plus
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.kernel_events import PersonalValuesErased
from firmament.kernel.ledger.models import PersonalValue, RowValue
from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor

# So many entries are named in one line of the trail about the erasure.
NAMED = 500


def values_with(text: str) -> "QuerySet[PersonalValue]":
    """Personal values in which the text occurs, in capitals or not, also within what a field held before.

    The text as JSON writes it is looked for, so a quotation mark or a line break in it is found too; and as an address
    writes it, since earlier releases kept what an exported list was narrowed by in that form.
    """
    spelt = {text, text.lower(), text.upper()}
    found: QuerySet[PersonalValue] = PersonalValue.objects.annotate(
        written=Cast("value", TextField())
    ).filter(_holds({_as_json(one) for one in spelt} | set(map(quote_plus, spelt))))
    return found


def row_values_with(text: str) -> "QuerySet[RowValue]":
    """What regulated rows held, where the text occurs in it; within a column of JSON too, which is kept as its text."""
    once = {_as_json(one) for one in (text, text.lower(), text.upper())}
    found: QuerySet[RowValue] = RowValue.objects.annotate(written=Cast("value", TextField())).filter(
        _holds(once | {_as_json(one) for one in once})
    )
    return found


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _holds(forms: set[str]) -> Q:
    held = Q()
    for form in forms:
        held |= Q(written__icontains=form)
    return held


def erase(
    actor: Actor,
    values: "QuerySet[PersonalValue]",
    *,
    reason: str,
    rows: "QuerySet[RowValue] | None" = None,
) -> int:
    """Delete these values for good, and record of which entries and changes; how many there were.

    The power was asked before. ValidationError while work that follows from one of the entries has not ended: it needs
    them to do it.
    """
    found = list(values.order_by("pk").select_for_update(of=("self",)).values_list("pk", "entry_id"))
    entries = sorted({entry_id for _pk, entry_id in found})
    if JobRun.objects.filter(entry_id__in=entries).open().exists():
        raise ValidationError(
            _("Work that follows from this has not ended yet. Nothing was erased; try again in a minute."),
            code="open",
        )
    for start in range(0, len(found), NAMED):
        part = found[start : start + NAMED]
        PersonalValue.objects.filter(pk__in=[pk for pk, _entry in part]).delete()
        _record(actor, part, reason)
    return len(found) + _erase_rows(actor, rows, reason)


def _erase_rows(actor: Actor, rows: "QuerySet[RowValue] | None", reason: str) -> int:
    """No work follows from a change of a row, so there is none to wait for."""
    found = [] if rows is None else list(rows.order_by("pk").values_list("pk", "change_id"))
    for start in range(0, len(found), NAMED):
        part = found[start : start + NAMED]
        RowValue.objects.filter(pk__in=[pk for pk, _change in part]).delete()
        changes = tuple(sorted(change for _pk, change in part))
        record(actor, PersonalValuesErased(entry_ids=(), change_ids=changes, values=len(part), reason=reason))
    return len(found)


def _record(actor: Actor, part: Sequence[tuple[UUID, UUID]], reason: str) -> None:
    named = tuple(sorted({entry_id for _pk, entry_id in part}))
    record(actor, PersonalValuesErased(entry_ids=named, values=len(part), reason=reason))
