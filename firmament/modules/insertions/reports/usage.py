"""What became of the library: how much each snippet is used, by whom and where, and what needs somebody's eye.

All counts are of what the actor may see; the day of a use is the firm's. `SnippetDay` is kept by a trigger, so none of
this reads the uses themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Count, DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Greatest

from firmament.kernel.approvals.models import Approval
from firmament.kernel.labels.folders import folder_paths
from firmament.kernel.search.similar import Pair, near_duplicates
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.lib.periods import Period
from firmament.modules.insertions.models import SnippetDay, SnippetUse
from firmament.modules.snippets.public import seen_snippets

UNUSED_AFTER = timedelta(days=90)
# One change says little about a wording; this many do.
MEASURED_OFTEN = 3
# From there on two texts read alike: by the words that follow each other, or by what they mean.
SAME_WORDS, SAME_MEANING = 0.7, 0.85
SETS = "GROUPING SETS ((), (piece), (snippet_id), (member_id), (channel))"
NAMES: Mapping[int, str] = {15: "all", 7: "piece", 11: "snippet", 13: "member", 14: "channel"}


@dataclass(frozen=True, slots=True)
class Tally:
    """So many uses; of so many it is known how much was sent as it was inserted, in all so many thousandths."""

    uses: int = 0
    measured: int = 0
    survived: int = 0

    @property
    def kept(self) -> float | None:
        """The share that was sent as it stood, in percent."""
        return self.survived / self.measured / 10 if self.measured else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.uses + other.uses, self.measured + other.measured, self.survived + other.survived)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The uses of a period, counted five ways: in all, by piece of its course, by snippet, member and channel."""

    all: Tally = Tally()
    piece: dict[int, Tally] = field(default_factory=dict)
    snippet: dict[UUID, Tally] = field(default_factory=dict)
    member: dict[UUID, Tally] = field(default_factory=dict)
    channel: dict[str, Tally] = field(default_factory=dict)


def flow(actor: Actor, period: Period) -> Flow:
    """All of it in one pass over the days."""
    begins = Value([span.first for span in period.buckets()], ArrayField(DateField()))
    bucket = Func(F("on"), begins, function="width_bucket", output_field=IntegerField())
    days = SnippetDay.objects.visible_to(actor).filter(on__gte=period.first, on__lte=period.last)
    inner, given = (
        days.annotate(piece=bucket)
        .values("piece", "snippet_id", "member_id", "channel", "uses", "measured", "survived")
        .query.sql_with_params()
    )
    # What Django wrote itself, around which nothing is put but names from above.
    query = (
        "SELECT GROUPING(piece, snippet_id, member_id, channel), piece, snippet_id, member_id, channel,"  # noqa: S608
        f" sum(uses), sum(measured), sum(survived) FROM ({inner}) AS d GROUP BY {SETS}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return _flow(cursor.fetchall())


def _flow(rows: list[tuple[Any, ...]]) -> Flow:
    found: dict[str, dict[Any, Tally]] = {name: {} for name in NAMES.values()}
    for grouping, *keys, uses, measured, survived in rows:
        key = next((one for one in keys if one is not None), None)
        found[NAMES[grouping]][key] = Tally(int(uses or 0), int(measured or 0), int(survived or 0))
    total = found.pop("all").get(None, Tally())
    return Flow(all=total, **found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """A snippet in a few words, for a line of a report."""

    id: UUID
    title: str
    folder_id: UUID | None
    folder: str


def titles(actor: Actor, ids: list[UUID]) -> dict[UUID, Titled]:
    """Those of them that the actor sees."""
    rows = seen_snippets(actor).filter(pk__in=ids)
    return {
        pk: Titled(id=pk, title=title, folder_id=folder_id, folder=folder or "")
        for pk, title, folder_id, folder in rows.values_list("pk", "title", "folder_id", "folder__name")
    }


def folder_name(actor: Actor, folder_id: UUID) -> str | None:
    """What a folder of the library is called."""
    names: tuple[str, ...] | None = folder_paths("snippets").get(folder_id)
    return " / ".join(names) if names else None


def people(ids: list[UUID]) -> dict[UUID, str]:
    """What members are called."""
    return dict(Membership.objects.filter(pk__in=ids).values_list("pk", "user__name"))


def unused(actor: Actor) -> "QuerySet[Any]":
    """In use for ninety days, and nobody inserted it in that time; the longest first."""
    before = now() - UNUSED_AFTER
    rows = seen_snippets(actor).in_use().filter(unused_since(before))
    return rows.annotate(idle_since=Greatest("last_used_at", "activated_at")).order_by("idle_since", "pk")


def unused_since(before: datetime) -> Q:
    """In use and not inserted since."""
    return Q(activated_at__lt=before) & (Q(last_used_at=None) | Q(last_used_at__lt=before))


def waiting(actor: Actor) -> list[tuple[Titled, datetime]]:
    """What waits for approval, and since when; the longest first."""
    asked = dict(
        Approval.objects.pending().filter(kind="snippets.snippet").values_list("object_id", "asked_at")
    )
    known = titles(actor, list(asked))
    return sorted(((known[pk], asked[pk]) for pk in known), key=lambda one: (one[1], one[0].title))


def languages(actor: Actor) -> tuple[int, dict[str, int]]:
    """How many snippets are in use, and how many of them say it in each language."""
    rows = seen_snippets(actor).in_use()
    spoken = (
        rows.annotate(locale=Func(F("locales"), function="unnest")).values("locale").annotate(n=Count("pk"))
    )
    found = dict(spoken.values_list("locale", "n"))
    return rows.count(), found


def alike(actor: Actor) -> list[Pair]:
    """Pairs in use that read alike, the most alike first. Seconds for thousands of snippets."""
    in_use = set(seen_snippets(actor).in_use().values_list("pk", flat=True))
    return near_duplicates(
        actor, "snippets.snippet", threshold=SAME_WORDS, meaning=SAME_MEANING, among=in_use
    )


def uses(actor: Actor) -> "QuerySet[SnippetUse]":
    """Each use of what the actor sees, but for those for clients behind a wall of theirs."""
    rows: QuerySet[SnippetUse] = SnippetUse.objects.visible_to(actor)
    return rows
