"""The entries of the trail that boards count and lists show, as far as the reader may see them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Category, every_code
from firmament.kernel.ledger.kernel_events import PowerDenied
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.figures import Course, Series, over_time, ranking
from firmament.kernel.web.links import link
from firmament.lib.periods import Period, Span
from firmament.modules.audit.public import readable_entries

SHOWN = 10
DENIED = every_code(PowerDenied.code)


def changes_of_power(actor: Actor) -> "QuerySet[Entry]":
    """Whatever gave, took or changed a power or somebody's place; a refusal changes nothing."""
    rows: QuerySet[Entry] = (
        readable_entries(actor).filter(category=Category.PERMISSIONS).exclude(code__in=DENIED)
    )
    return rows


def denials(actor: Actor) -> "QuerySet[Entry]":
    """Sensitive powers that were asked for and refused."""
    rows: QuerySet[Entry] = readable_entries(actor).filter(code__in=DENIED)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many entries of one kind (what that is, the report says), by one person, in one piece of the period."""

    kind: str
    user_id: UUID | None
    piece: int
    count: int


def summed(tallies: Iterable[Tally], by: str) -> dict[Any, int]:
    """How many there are for each value of one field, the most first."""
    found: dict[Any, int] = {}
    for tally in tallies:
        key = getattr(tally, by)
        found[key] = found.get(key, 0) + tally.count
    return dict(sorted(found.items(), key=lambda one: (-one[1], str(one[0]))))


def names(user_ids: Collection[UUID | None]) -> Mapping[UUID | None, str]:
    """People by name; nobody is the house itself."""
    known = User.objects.filter(pk__in=[pk for pk in user_ids if pk]).values_list("pk", "name")
    return {None: _("Firmament"), **dict(known)}


def people(actor: Actor) -> list[tuple[UUID, str]]:
    """Whom a list can be narrowed to: everybody of the firm, and clients' people who have or had a way in."""
    members = Membership.objects.visible_to(actor).values("user_id")
    granted = PortalGrant.objects.visible_to(actor).values("user_id")
    rows = User.objects.filter(Q(pk__in=members) | Q(pk__in=granted)).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def rows_url(page: str, span: Span, **further: str) -> str:
    """One of the room's lists, narrowed to these days and to what more is said."""
    asked = {"at_from": span.first.isoformat(), "at_to": span.last.isoformat(), **further}
    return f"{link(page)}?{urlencode(asked)}"


def person_key(user_id: UUID | None) -> str:
    """How the lists' addresses name somebody."""
    return str(user_id) if user_id else "none"


def course(found: Iterable[Tally], period: Period, *, name: str, page: str) -> Series:
    """All of them, piece by piece; each leads to its rows on that page."""
    counted = summed(found, "piece")
    return over_time(period, Course(name=name, found=counted, url_of=lambda span: rows_url(page, span)))


def by_person(found: Iterable[Tally], period: Period, *, name: str, page: str) -> Series:
    """Those of the people who have most, by name."""
    best = dict(list(summed(found, "user_id").items())[:SHOWN])
    called = names(best.keys())
    named = (
        (called.get(pk, _("Someone")), n, rows_url(page, period.span, who=person_key(pk)))
        for pk, n in best.items()
    )
    return ranking(_("Person"), name, named)
