"""The audit trail as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Change, event_class, event_classes
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import is_commitment
from firmament.kernel.policies.authority import Authority, authority_of
from firmament.kernel.policies.matrix import room_title
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.kernel.web import cells
from firmament.ui import icons

DOORS = {
    Domain.STAFF: gettext_lazy("Workspace"),
    Domain.CLIENT: gettext_lazy("Portal"),
    Domain.TOKEN: gettext_lazy("API"),
    Domain.SYSTEM: gettext_lazy("By itself"),
    Domain.OPERATOR: gettext_lazy("Operator"),
}


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


def entries_for(actor: Actor) -> "QuerySet[Entry]":
    """The trail this actor may read, with `who_name` and `kept_values` on each row.

    An ethical wall beats the power to audit: what names a client or engagement that the reader is kept from is
    left out, and so is the wall itself.
    """
    rows = Entry.objects.visible_to(actor)
    authority = authority_of(actor)
    if authority.walled:
        hidden = EntryTarget.objects.filter(_behind_walls(authority))
        rows = rows.exclude(pk__in=hidden.values("entry_id"))
    kept = PersonalValue.objects.filter(entry=OuterRef("pk")).order_by("field")
    annotated: QuerySet[Entry] = rows.annotate(
        who_name=Subquery(User.objects.filter(pk=OuterRef("user_id")).values("name")[:1]),
        kept_values=ArraySubquery(kept.values(entry_value=JSONObject(field="field", value="value"))),
    )
    return annotated


def _behind_walls(authority: Authority) -> Q:
    against = Q(client_id__in=authority.walled_clients) | Q(engagement_id__in=authority.walled_engagements)
    return (
        Q(kind="clients.client", object_id__in=authority.walled_clients)
        | Q(kind="clients.engagement", object_id__in=authority.walled_engagements)
        | Q(kind="policies.wall", object_id__in=Wall.objects.filter(against).values("pk"))
    )


def who(row: Mapping[str, Any]) -> str:
    """Whose act it was, by name."""
    if row["domain"] == Domain.SYSTEM or row["user_id"] is None:
        return _("Firmament")
    return str(row["who_name"] or _("Someone"))


def actor_cell(name: str, *, by_itself: bool) -> SafeString:
    """Somebody in a list's cell; what the house does by itself bears its own mark, as in timelines."""
    if not by_itself:
        return cells.person(name)
    return format_html(
        '<span class="person"><span class="avatar avatar-system" aria-hidden="true">{}</span>'
        '<span class="person-words"><span class="person-name">{}</span></span></span>',
        icons.svg("robot"),
        name,
    )


def sentence(row: Mapping[str, Any]) -> str:
    """What was done, after the name. Never fails: an entry of a release long gone is told by its code."""
    told = event_class(row["code"])
    if told is None or not told.sentence:
        return str(row["code"])
    values = joined(row)
    words = _Forgiving(
        {
            name: _("(erased)") if value is None and is_commitment(row["payload"][name]) else _plain(value)
            for name, value in values.items()
        }
    )
    return str(told.sentence).format_map(words)


class _Forgiving(dict[str, Any]):
    """A field that an older release did not write says nothing, instead of taking the whole page down."""

    def __missing__(self, key: str) -> str:
        return ""


def joined(row: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with the personal values that are still there; an erased one is None."""
    kept = {one["field"]: one["value"] for one in row["kept_values"] or ()}
    return {name: kept.get(name) if is_commitment(value) else value for name, value in row["payload"].items()}


NEEDED = ("code", "payload", "kept_values", "domain", "user_id", "who_name", "job")


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
        roles=tuple(entry.roles),
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
            text=_plain(values[name]),
            personal=name in personal,
            erased=values[name] is None and is_commitment(entry.payload[name]),
        )
        for name in names
        if name != "changes" and (values[name] not in (None, "", []) or is_commitment(entry.payload[name]))
    )


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case list():
            return ", ".join(_plain(one) for one in value)
        case _:
            return str(value)


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
        model = apps.get_model(kind)
    except LookupError:
        return {}
    if issubclass(model, FirmModel) and model.view_power:
        return {pk: str(obj) for pk, obj in model.objects.visible_to(actor).in_bulk(ids).items()}
    return {}


def kind_title(kind: str) -> str:
    """A kind of thing in words."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name).capitalize()
    except LookupError:
        return kind


def codes() -> list[tuple[str, str]]:
    """Every event there is: its code, and its room and name in words, to choose from."""
    found = []
    for code in event_classes():
        room, _dot, name = code.partition(".")
        found.append((code, f"{room_title(room)}: {name.replace('_', ' ')}"))
    return sorted(found, key=lambda pair: pair[1])


def people_named(actor: Actor) -> list[tuple[UUID, str]]:
    """Whose acts can be asked for: the members of the firm, by user."""
    members = Membership.objects.visible_to(actor)
    return [(pk, name) for pk, name in members.order_by("user__name").values_list("user_id", "user__name")]
