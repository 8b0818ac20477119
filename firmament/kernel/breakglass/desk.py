"""The operators' own desk, across firms: each firm's rows read in that firm's own transaction, and nothing of them
but sessions and how the firm's work goes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.query import QuerySet

from firmament.kernel.breakglass.models import Operator, Session, SessionLookup, State
from firmament.kernel.breakglass.register import with_reads
from firmament.kernel.jobs.models import WAITING, JobRun
from firmament.kernel.jobs.models import State as JobState
from firmament.kernel.messages.models import Delivery
from firmament.kernel.messages.models import State as LetterState
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmLine:
    """A firm as an operator sees it without a session: how it is called and how its work goes."""

    firm: Firm
    failed_jobs: int
    waiting_jobs: int
    failed_mail: int
    session: SessionLookup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session and where it is. `pages_read` counts what was read."""

    firm: Firm
    session: Session
    pages_read: int


def firm_lines(operator: Operator, text: str) -> tuple[list[FirmLine], bool]:
    """The firms whose name or address holds the text, by name, and whether there are more than are shown."""
    rows = Firm.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text)).order_by("name", "pk")
    found = list(rows[: SHOWN + 1])
    live = SessionLookup.objects.filter(
        operator=operator, state__in=(State.REQUESTED, State.APPROVED, State.OPEN)
    )
    mine = {lookup.firm_id: lookup for lookup in live}
    return [_line(firm, mine) for firm in found[:SHOWN]], len(found) > SHOWN


def _line(firm: Firm, mine: Mapping[UUID, SessionLookup]) -> FirmLine:
    with firm_transaction(firm.pk, read_only=True):
        return FirmLine(
            firm=firm,
            failed_jobs=JobRun.objects.filter(state=JobState.FAILED).count(),
            waiting_jobs=JobRun.objects.filter(state__in=WAITING).count(),
            failed_mail=Delivery.objects.filter(state=LetterState.FAILED).count(),
            session=mine.get(firm.pk),
        )


def sessions_of(operator: Operator) -> list[SessionLine]:
    """The operator's own, the newest first."""
    return _lines(SessionLookup.objects.filter(operator=operator))


def sessions_to_approve(operator: Operator) -> list[SessionLine]:
    """Those of others that wait for a second person."""
    return _lines(SessionLookup.objects.filter(state=State.REQUESTED).exclude(operator=operator))


def sessions_to_review(operator: Operator) -> list[SessionLine]:
    """Those of others that were open, have ended, and nobody has looked over."""
    return _lines(SessionLookup.objects.filter(state=State.CLOSED, begun=True).exclude(operator=operator))


def _lines(lookups: "QuerySet[SessionLookup]") -> list[SessionLine]:
    newest = list(lookups.select_related("firm").order_by("-requested_at", "-session_id")[:SHOWN])
    by_firm: dict[Firm, list[UUID]] = {}
    for lookup in newest:
        by_firm.setdefault(lookup.firm, []).append(lookup.session_id)
    lines = {line.session.pk: line for firm, ids in by_firm.items() for line in _read(firm, ids)}
    return [lines[lookup.session_id] for lookup in newest]


def _read(firm: Firm, ids: list[UUID]) -> Iterator[SessionLine]:
    with firm_transaction(firm.pk, read_only=True):
        rows = Session.objects.filter(pk__in=ids).select_related(
            "operator__user", "approved_by__user", "reviewed_by__user"
        )
        found = list(with_reads(rows))
    for session in found:
        yield SessionLine(firm=firm, session=session, pages_read=session.pages_read)  # type: ignore[attr-defined]  # annotated
