"""Powers that are kept apart, in words: who has both, who is exempt, and what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from firmament.kernel.ledger.kernel_events import PowerDenied
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import ActivityRow, activity, describe
from firmament.kernel.ledger.words import room_title
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.duties import keepable
from firmament.kernel.policies.holders import Holder, exceptions_of, holders
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

HOLD, USE = DutyPair.Kind.HOLD, DutyPair.Kind.USE
SHOWN = 12
# What firms of this trade keep apart most; each is offered where this installation has both powers.
SUGGESTED: tuple[tuple[str, str, str], ...] = (
    ("snippets.create", "snippets.approve", USE),
    ("snippets.edit", "snippets.approve", USE),
    ("documents.request", "documents.review", USE),
    ("engagements.edit", "engagements.reopen", USE),
    ("policies.assign_roles", "policies.manage_roles", HOLD),
    ("audit.erase", "audit.send_checkpoints", HOLD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """A pair in words. `breaches` have both and are not exempt; `exempt` are the exceptions that count now."""

    pair: DutyPair
    first: str
    second: str
    breaches: tuple[Holder, ...]
    exempt: tuple[DutyException, ...]
    over: tuple[DutyException, ...]
    refused: int

    @property
    def waits(self) -> bool:
        return self.pair.in_force_at is None and self.pair.retired_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A power to choose, or a pair that is suggested."""

    first: str
    second: str
    title: str
    about: str
    kind: str = ""


def duty_lines(pairs: Sequence[DutyPair]) -> list[DutyLine]:
    """These pairs, in their order; a handful of queries however many there are."""
    both, refused, at = holders(pairs), _refused(pairs), now()
    exceptions: dict[UUID, list[DutyException]] = {}
    for one in exceptions_of(pairs):
        exceptions.setdefault(one.pair_id, []).append(one)
    return [
        DutyLine(
            pair=pair,
            first=title_of(pair.power_a),
            second=title_of(pair.power_b),
            breaches=tuple(one for one in both.get(pair.pk, ()) if one.exception_id is None),
            exempt=tuple(one for one in exceptions.get(pair.pk, ()) if _counts(one, at)),
            over=tuple(one for one in exceptions.get(pair.pk, ()) if not _counts(one, at)),
            refused=sum(refused.get(rule, 0) for rule in _rules(pair)),
        )
        for pair in pairs
    ]


def _counts(one: DutyException, at: datetime) -> bool:
    return one.ended_at is None and one.ends_at > at


def every_pair(actor: Actor, *, retired: bool = False) -> list[DutyPair]:
    """The pairs that stand, what waits first; or those that were retired, the latest first."""
    rows = DutyPair.objects.visible_to(actor).filter(retired_at__isnull=not retired)
    if retired:
        return list(rows.order_by("-retired_at", "-pk")[:SHOWN])
    found = list(rows.order_by("created_at", "pk"))
    return sorted(found, key=lambda pair: pair.in_force_at is not None)


def _rules(pair: DutyPair) -> tuple[str, ...]:
    """The rules by which this pair refuses, as refusals name them."""
    return tuple(f"{power}/{pair.pk}/duties" for power in pair.powers)


def _refused(pairs: Sequence[DutyPair]) -> dict[str, int]:
    rules = [rule for pair in pairs for rule in _rules(pair)]
    rows = (
        Entry.objects.filter(code=PowerDenied.code, payload__rule__in=rules)
        if rules
        else Entry.objects.none()
    )
    return dict(rows.values_list("payload__rule").annotate(Count("pk")).order_by())


def refusals(pair: DutyPair) -> list[ActivityRow]:
    """The latest uses that this pair refused: who, what, when."""
    rows = Entry.objects.filter(code=PowerDenied.code, payload__rule__in=_rules(pair))
    return describe(list(rows.order_by("-occurred_at", "-pk")[:SHOWN]))


def history(actor: Actor, pair: DutyPair) -> list[ActivityRow]:
    """What was done to the pair, for those who may read the trail."""
    return activity("policies.dutypair", pair.pk, limit=SHOWN) if may(actor, Entry.view_power) else []


def suggestions(there: Sequence[DutyPair]) -> list[Choice]:
    """Pairs that many firms keep apart and this one does not yet."""
    known, taken = keepable(), {frozenset(pair.powers) for pair in there}
    return [
        Choice(first=first, second=second, title=title_of(first), about=title_of(second), kind=str(kind))
        for first, second, kind in SUGGESTED
        if first in known and second in known and frozenset((first, second)) not in taken
    ]


def choices(text: str, first: str) -> list[Choice]:
    """Powers whose words hold the text, by room; `first` is the one that was chosen already."""
    found = [
        Choice(
            first=first or power,
            second=power if first else "",
            title=str(declared.title),
            about=room_title(declared.room),
        )
        for power, declared in keepable().items()
        if power != first
    ]
    wanted = text.casefold()
    kept = [one for one in found if wanted in f"{one.title} {one.about} {one.second or one.first}".casefold()]
    return sorted(kept, key=lambda one: (one.about, one.title))
