"""One entry of the audit trail, told in full."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from firmament.kernel.ledger.events import Change, event_class
from firmament.kernel.ledger.kinds import model_of
from firmament.kernel.ledger.models import Entry, EntryTarget
from firmament.kernel.ledger.payload import is_commitment
from firmament.kernel.ledger.words import in_words, kind_title
from firmament.kernel.policies.powers import role_title
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmModel
from firmament.modules.audit.reports.trail import DOORS, NEEDED, joined, sentence, who


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One field of an entry. `erased`: it was personal, and somebody had it erased; its commitment still stands."""

    name: str
    text: str
    personal: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an entry is about. `name` is empty where the thing is gone or not the reader's to see."""

    kind: str
    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry, told in full."""

    id: UUID
    at: datetime
    who: str
    job: str
    door: str
    domain: str
    roles: tuple[str, ...]
    category: str
    code: str
    sentence: str
    request_id: str
    values: tuple[Value, ...]
    changes: tuple[Change, ...]
    targets: tuple[Target, ...]


def line(actor: Actor, entry: Entry) -> Line:
    """An entry of `entries_for` in full; one query for its targets, and one for each kind of thing among them."""
    row = {name: getattr(entry, name) for name in NEEDED}
    values = joined(row)
    return Line(
        id=entry.pk,
        at=entry.occurred_at,
        who=who(row),
        job=entry.job,
        door=str(DOORS.get(Domain(entry.domain), entry.domain)),
        domain=entry.domain,
        roles=tuple(role_title(code) for code in entry.roles),
        category=entry.get_category_display(),
        code=entry.code,
        sentence=sentence(row),
        request_id=entry.request_id,
        values=_values(entry, values),
        changes=tuple(Change(**change) for change in values.get("changes") or ()),
        targets=tuple(_targets(actor, entry)),
    )


def _values(entry: Entry, values: Mapping[str, Any]) -> tuple[Value, ...]:
    told = event_class(entry.code)
    personal = told.personal if told else frozenset()
    order = [field.name for field in fields(told)] if told else []
    names = sorted(values, key=lambda name: order.index(name) if name in order else len(order))
    return tuple(
        Value(
            name=name.replace("_", " ").capitalize(),
            text=in_words(told, name, values[name]),
            personal=name in personal,
            erased=values[name] is None and is_commitment(entry.payload[name]),
        )
        for name in names
        if name != "changes" and (values[name] not in (None, "", []) or is_commitment(entry.payload[name]))
    )


def _targets(actor: Actor, entry: Entry) -> list[Target]:
    rows = list(
        EntryTarget.objects.filter(entry=entry).order_by("kind", "pk").values_list("kind", "object_id")
    )
    names: dict[tuple[str, UUID], str] = {}
    for kind in sorted({kind for kind, _pk in rows}):
        found = names_of(actor, kind, [pk for one, pk in rows if one == kind])
        names |= {(kind, pk): name for pk, name in found.items()}
    return [Target(kind=kind_title(kind), id=pk, name=names.get((kind, pk), "")) for kind, pk in rows]


def names_of(actor: Actor, kind: str, ids: list[UUID]) -> dict[UUID, str]:
    """What things of one kind ("clients.client") are called, as far as the actor may see them."""
    try:
        model = model_of(kind)
    except LookupError:
        return {}
    if issubclass(model, FirmModel) and model.view_power:
        rows = model.objects.visible_to(actor).select_related(*(model.named_by or (None,)))
        return {pk: str(obj) for pk, obj in rows.in_bulk(ids).items()}
    return {}
