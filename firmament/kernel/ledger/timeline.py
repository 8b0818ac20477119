"""What happened to one thing, for people to read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.kinds import labels_of
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import join
from firmament.kernel.ledger.words import sentence_of
from firmament.kernel.tenancy.actor import Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One line of a timeline. `who` is a name; `who_domain` says by which door they came."""

    entry_id: UUID
    at: datetime
    who: str
    who_domain: str
    sentence: str
    code: str
    changes: tuple[Change, ...] = ()


def activity(
    kind: str, object_id: UUID, *, limit: int = 30, before: datetime | None = None
) -> list[ActivityRow]:
    """The newest entries about an object, newest first. Ask only about what the reader may see."""
    targets = EntryTarget.objects.filter(kind__in=labels_of(kind), object_id=object_id)
    if before is not None:
        targets = targets.filter(occurred_at__lt=before)
    wanted = list(targets.order_by("-occurred_at", "-entry_id").values_list("entry_id", flat=True)[:limit])
    entries = Entry.objects.in_bulk(wanted)
    return describe([entries[pk] for pk in wanted])


def describe(entries: Sequence[Entry]) -> list[ActivityRow]:
    """Entries as people read them; three queries however many there are."""
    personal: dict[UUID, dict[str, Any]] = {}
    for row in PersonalValue.objects.filter(entry__in=[entry.pk for entry in entries]):
        personal.setdefault(row.entry_id, {})[row.field] = row.value
    names = _names(entry.user_id for entry in entries if entry.user_id)
    return [_row(entry, names, personal.get(entry.pk, {})) for entry in entries]


def _names(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    users = get_user_model().objects.filter(pk__in=set(user_ids)).values_list("pk", "name")
    return dict(users)


def _row(entry: Entry, names: dict[UUID, str], personal: dict[str, Any]) -> ActivityRow:
    changes = tuple(Change(**change) for change in join(entry.payload, personal).get("changes") or ())
    return ActivityRow(
        entry_id=entry.pk,
        at=entry.occurred_at,
        who=_who(entry, names),
        who_domain=entry.domain,
        sentence=sentence_of(entry.code, entry.payload, personal),
        code=entry.code,
        changes=changes,
    )


def _who(entry: Entry, names: dict[UUID, str]) -> str:
    if entry.domain == Domain.SYSTEM or entry.user_id is None:
        return _("Firmament")
    return names.get(entry.user_id, _("Someone"))
