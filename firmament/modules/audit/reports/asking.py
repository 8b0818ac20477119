"""Questions to the trail: read from an address, answered by way of its cells."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Outcome, event_classes, every_code
from firmament.kernel.ledger.models import Entry, TargetLine
from firmament.kernel.ledger.search import Asked, Place, Search, search
from firmament.kernel.ledger.words import kind_title
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.ambient import transaction_cache
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.filters import MAX_WORDS, as_date, as_uuid, searched
from firmament.kernel.web.keyset import Order
from firmament.kernel.web.keyset import Place as ListPlace
from firmament.lib.instant import now
from firmament.lib.periods import Period, period_of
from firmament.modules.audit.reports.entry import names_of
from firmament.modules.audit.reports.trail import entries_for, kept_from

# Who did it, where it was no person: the door that nobody comes by.
NOBODY = (
    (Domain.SYSTEM, _("Firmament, by itself")),
    (Domain.TOKEN, _("Any program")),
    (Domain.OPERATOR, _("An operator")),
)
TOKEN = "token:"  # noqa: S105 - how an address names one
PERIODS = (
    ("7", _("Last 7 days")),
    ("30", _("Last 30 days")),
    ("90", _("Last 90 days")),
    ("quarter", _("This quarter")),
    ("year", _("This year")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose acts: one person's, one program's, or of all that came by a door."""

    user_id: UUID | None = None
    token_id: UUID | None = None
    domain: str = ""

    @property
    def narrows(self) -> Q:
        given = {"user_id": self.user_id, "token_id": self.token_id, "domain": self.domain}
        return Q(**{name: value for name, value in given.items() if value})


def who_of(text: str) -> Who:
    """What `who` in an address says; nobody in particular for what says nothing."""
    if text in {domain.value for domain, _words in NOBODY}:
        return Who(domain=text)
    if text.startswith(TOKEN):
        return Who(token_id=as_uuid(text.removeprefix(TOKEN)))
    return Who(user_id=as_uuid(text))


def things_of(object_id: UUID) -> tuple[UUID, ...]:
    """Under which ids entries name this; a person is named by their place in the firm, and by their account."""
    known: dict[UUID, tuple[UUID, ...]] = transaction_cache().setdefault(things_of, {})
    if object_id not in known:
        who = Q(pk=object_id) | Q(user_id=object_id)
        found = Membership.objects.filter(who).values_list("pk", "user_id").first()
        known[object_id] = found if found is not None else (object_id,)
    return known[object_id]


def naming(object_ids: tuple[UUID, ...]) -> Q:
    """Entries that name one of these."""
    lines = TargetLine.objects.filter(object_id__in=object_ids)
    return Q(pk__in=lines.values("entry_id"))


def thing_name(actor: Actor, object_id: UUID) -> str | None:
    """What a thing is called that entries name, as far as the reader may see it: else its kind; None where none does."""
    line = TargetLine.objects.filter(object_id__in=things_of(object_id)).values("kind", "object_id").first()
    if line is None:
        return None
    kind = line["kind"]
    return names_of(actor, kind, [line["object_id"]]).get(line["object_id"]) or kind_title(kind)


def periods() -> dict[str, Period]:
    """The spans that can be chosen by name, in the reader's days."""
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    today = timezone.localtime(now()).date()
    return {kind: period_of(kind, today=today, zone=zone, first=None, last=None) for kind, _words in PERIODS}


def asked_of(given: Mapping[str, str]) -> Asked:
    """What an address of the list asks; as its filters do, what cannot be understood is as if it were not there."""
    who = who_of(given.get("who", ""))
    door = given.get("door", "")
    thing = as_uuid(given.get("object", ""))
    category, event, outcome = (given.get(name, "") for name in ("category", "event", "outcome"))
    since, before = _bounds(given)
    # Both a door and somebody who comes by another: nothing, as the list's filters say too.
    domain = door if door in set(Domain) else ""
    return Asked(
        user_id=who.user_id,
        token_id=who.token_id,
        objects=things_of(thing) if thing else (),
        category=category if category in set(Category) else "",
        codes=every_code(event) if event in event_classes() else (),
        words=tuple(searched(given.get("q", "")).split()[:MAX_WORDS]),
        outcome=outcome if outcome in set(Outcome) else "",
        domains=tuple(one for one in (who.domain, domain) if one),
        request_id=searched(given.get("request_id", ""))[:64],
        since=since,
        before=before,
    )


def _bounds(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    first, last = as_date(given.get("day_from", "")), as_date(given.get("day_to", ""))
    since = [_midnight(first)] if first else []
    before = [_midnight(last + timedelta(days=1))] if last else []
    period = periods().get(given.get("period", ""))
    if period is not None:
        since.append(period.begins)
        before.append(period.ends)
    return max(since, default=None), min(before, default=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class TrailFinder:
    """Finds the pages of a question: a `keyset.Finder`. What it finds passes the read gate once more."""

    def __init__(self, actor: Actor, asked: Asked) -> None:
        self.actor = actor
        self.asked = replace(asked, hidden=kept_from(actor))

    @cached_property
    def _search(self) -> Search:
        return search(self.asked)

    def page(self, order: Order, place: ListPlace | None, *, backwards: bool, most: int) -> "QuerySet[Entry]":
        """The entries of one page."""
        assert order.path == "occurred_at", "the trail is in the order of time"
        beyond = Place(place.value, place.pk) if place is not None else None
        found = self._search.newest(most=most, beyond=beyond, descending=order.descending != backwards)
        return entries_for(self.actor).filter(pk__in=found)

    def count(self, most: int) -> int:
        """How many there are."""
        return self._search.count(most=most)


def finder_for(actor: Actor, asked: Asked) -> TrailFinder | None:
    """None where nothing is asked but a span of time: the newest entries are then just the newest entries."""
    anything = replace(asked, since=None, before=None) != Asked()
    return TrailFinder(actor, asked) if anything else None
