"""The whole history of one thing or one person: entries, and the changes of regulated rows between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from firmament.kernel.ledger.kinds import labels_of, model_of
from firmament.kernel.ledger.models import Entry, EntryTarget, RowChange
from firmament.kernel.ledger.search import Asked, Place, search
from firmament.kernel.ledger.timeline import ActivityRow, describe
from firmament.kernel.ledger.words import kind_title
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.search.find import search as find_by_words
from firmament.kernel.search.sources import source_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.filters import searched
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.rows import RowTold, changes_for, regulated, tell
from firmament.modules.audit.reports.trail import kept_from

SHOWN = 30
# So many changes of rows stand on a page at most; what is beyond is said, and stands with its entry.
ROWS = 150
FOUND = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of a history: an entry with the rows changed in its stroke, or a change that no entry tells of."""

    at: datetime
    entry: ActivityRow | None = None
    rows: tuple[RowTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One page of a history, newest first. `beyond` is where the next one begins; None on the last."""

    moments: tuple[Moment, ...]
    beyond: Place | None
    more_rows: bool


def history(actor: Actor, asked: Asked, *, after: Place | None = None) -> History:
    """The entries of a question beyond a place, as far as walls let the actor read them.

    Whoever may read the trail gets the changes of rows too: those of the entries' own transactions, and of one thing also
    those that no entry tells of, which are a hand on the database. The power was asked before.
    """
    asked = Asked(user_id=asked.user_id, objects=asked.objects, hidden=kept_from(actor))
    ids = search(asked).newest(most=SHOWN + 1, beyond=after)
    found = Entry.objects.in_bulk(ids[:SHOWN])
    entries = [found[pk] for pk in ids[:SHOWN]]
    beyond = Place(entries[-1].occurred_at, entries[-1].pk) if len(ids) > SHOWN else None
    changes = _changes(actor, asked, entries, after, beyond) if may(actor, Can.VIEW) else []
    told = dict(zip((one.pk for one in changes), tell(actor, changes[:ROWS]), strict=False))
    by_stroke: dict[tuple[int | None, datetime | None], list[RowTold]] = {}
    for one in changes[:ROWS]:
        by_stroke.setdefault((one.transaction_id, one.occurred_at), []).append(told[one.pk])
    moments = []
    for entry, row in zip(entries, describe(entries), strict=True):
        # Under the first of several entries of one transaction; twice, they would look like two changes.
        rows = by_stroke.pop((entry.transaction_id, entry.transaction_at), [])
        moments.append(Moment(at=entry.occurred_at, entry=row, rows=tuple(rows)))
    moments += [Moment(at=rows[0].at, rows=tuple(rows)) for rows in by_stroke.values()]
    moments.sort(key=lambda one: one.at, reverse=True)
    return History(moments=tuple(moments), beyond=beyond, more_rows=len(changes) > ROWS)


def _changes(
    actor: Actor, asked: Asked, entries: Sequence[Entry], after: Place | None, beyond: Place | None
) -> list[RowChange]:
    strokes = {(entry.transaction_id, entry.transaction_at) for entry in entries}
    numbers = [number for number, _at in strokes if number is not None]
    readable: Any = changes_for(actor)
    stroke = readable.filter(transaction_id__in=numbers)
    if asked.user_id is None:
        # What the same stroke did to other clients, as an import does, is not of this thing's history.
        stroke = stroke.filter(_of_these(asked.objects, entries))
    with_entries = stroke.order_by("pk")[: ROWS + 1]
    # The number alone would not do: a database brought back from a dump counts from the beginning again.
    found = [one for one in with_entries if (one.transaction_id, one.occurred_at) in strokes]
    # Each way has an index of its own; asked for in one question, every change there is would be looked at.
    for way in ("row_id", "client_id", "engagement_id") if asked.user_id is None else ():
        untold = readable.filter(**{f"{way}__in": asked.objects}).untold()
        if after is not None:
            untold = untold.filter(occurred_at__lt=after.occurred_at)
        if beyond is not None:
            untold = untold.filter(occurred_at__gte=beyond.occurred_at)
        known = {one.pk for one in found}
        found += [one for one in untold.order_by("-occurred_at", "-pk")[:ROWS] if one.pk not in known]
    return found


def _of_these(things: Sequence[UUID], entries: Sequence[Entry]) -> Q:
    """Changes of the things themselves, and of what hangs on the clients that the entries name.

    Whatever else was done in the same stroke has a history of its own: a whole import is one stroke. To a thing of no
    client (a role, a team, a person) belongs what hangs on none: the powers of the role, the people in the team.
    """
    named = EntryTarget.objects.filter(entry__in=entries)
    clients = named.filter(kind__in=labels_of("clients.client")).values_list("object_id", flat=True)
    kinds = set(named.filter(object_id__in=things).values_list("kind", flat=True))
    of_a_client = any(map(hangs_on_a_client, kinds))
    whose = {*things, *clients}
    of_these = Q(row_id__in={*things, *named.values_list("object_id", flat=True)}) | Q(client_id__in=whose)
    for table, model in regulated().items():
        if model.client_path is None and not of_a_client:
            of_these |= Q(of_table=table)
        elif model.client_path not in (None, "id", "client_id"):
            rows = model.objects.filter(**{f"{model.client_path}__in": whose})
            of_these |= Q(of_table=table, row_id__in=rows.values("pk"))
    return of_these


def hangs_on_a_client(kind: str) -> bool:
    """Whether things of this kind are clients or belong to one; a kind that is gone counts as none."""
    try:
        return bool(getattr(model_of(kind), "client_path", None))
    except LookupError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person or thing that can be asked about."""

    kind: str
    kind_words: str
    id: UUID
    name: str
    about: str
    user_id: UUID | None = None


def find(actor: Actor, text: str) -> list[Named]:
    """People, roles and teams whose name holds the words, and whatever else search finds, as far as the actor sees it."""
    text = searched(text)
    if not text:
        return []
    found = _people(actor, text)
    roles, teams = Role.objects.visible_to(actor), Team.objects.visible_to(actor)
    named = (
        ("policies.role", roles.filter(name__icontains=text).order_by("name", "pk")),
        ("policies.team", teams.filter(name__icontains=text).order_by("name", "pk")),
    )
    found += [
        Named(kind=kind, kind_words=kind_title(kind), id=pk, name=name, about="")
        for kind, rows in named
        for pk, name in rows.values_list("pk", "name")[:FOUND]
    ]
    for hit in find_by_words(actor, text, limit=FOUND):
        source = source_of(hit.kind)
        words = str(source.label) if source is not None else hit.kind
        kind = hit.kind.lower()
        found.append(Named(kind=kind, kind_words=words, id=hit.object_id, name=hit.title, about=hit.subtitle))
    return found


def _people(actor: Actor, text: str) -> list[Named]:
    who = Q(user__name__icontains=text) | Q(user__email__icontains=text)
    members = Membership.objects.visible_to(actor).filter(who).order_by("user__name", "pk")
    kind = "tenancy.membership"
    return [
        Named(kind=kind, kind_words=kind_title(kind), id=pk, name=name, about=email, user_id=user_id)
        for pk, user_id, name, email in members.values_list("pk", "user_id", "user__name", "user__email")[
            :FOUND
        ]
    ]
