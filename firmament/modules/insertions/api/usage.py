"""How wording is used, for programs."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max
from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from firmament.kernel.api.answers import dump
from firmament.kernel.api.operations import operation
from firmament.kernel.api.problems import Problem
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.instant import today
from firmament.lib.periods import DAY, LONGEST, Period
from firmament.modules.insertions.policies import Can
from firmament.modules.insertions.reports import usage
from firmament.modules.insertions.reports.figures import flow

router = Router(tags=["snippets"])
MOST = 200


class TallyOut(BaseModel):
    """Uses of one thing; `kept` is the share that was sent as it was inserted, in percent, null where nothing is known."""

    id: UUID | None
    name: str
    uses: int
    measured: int
    kept: float | None


class PieceOut(BaseModel):
    """Uses of the days from `first` to `last`."""

    first: date
    last: date
    uses: int


class WaitingOut(BaseModel):
    """A snippet that waits for approval, or that nobody used."""

    id: UUID
    title: str
    since: datetime | None


class UsageOut(BaseModel):
    """Uses from `first` to `last`, both included; at most 200 of each kind, the most used first.

    `unused`, `waiting` and `languages` (how many of the `in_use` snippets say it) are as of now.
    """

    first: date
    last: date
    total: TallyOut
    over_time: list[PieceOut]
    snippets: list[TallyOut]
    folders: list[TallyOut]
    people: list[TallyOut]
    channels: list[TallyOut]
    unused: list[WaitingOut]
    waiting: list[WaitingOut]
    in_use: int
    languages: dict[str, int]


class TwinsOut(BaseModel):
    """Two snippets that read alike; 1.0 is the same text."""

    first_id: UUID
    first: str
    second_id: UUID
    second: str
    likeness: float


class AlikeOut(BaseModel):
    """What reads alike, the most alike first."""

    pairs: list[TwinsOut]


class SentOut(BaseModel):
    """A client a version was used for: how often, and when it was sent last as far as is known."""

    client_id: UUID
    client: str
    uses: int
    sent_at: datetime | None


class SentToOut(BaseModel):
    """The clients a version was used for, by name."""

    clients: list[SentOut]


@router.get("/analytics", response=UsageOut)
@operation(Can.VIEW)
def get_usage(request: FirmRequest, first: date | None = None, last: date | None = None) -> HttpResponse:
    """How the library is used; without days, the last thirty."""
    return dump(UsageOut, _usage(request, _period(first, last)))


@router.get("/analytics/alike", response=AlikeOut)
@operation(Can.VIEW)
def list_alike(request: FirmRequest) -> HttpResponse:
    """Pairs in use that share most of their words or mean the same, the most alike first."""
    pairs = [
        TwinsOut(
            first_id=pair.first_id,
            first=pair.first_title,
            second_id=pair.second_id,
            second=pair.second_title,
            likeness=pair.likeness,
        )
        for pair in usage.alike(request.actor)
    ]
    return dump(AlikeOut, AlikeOut(pairs=pairs))


@router.get("/analytics/clients", response=SentToOut)
@operation(Can.VIEW)
def list_clients(
    request: FirmRequest, snippet_id: UUID, number: Annotated[int, Field(ge=1, lt=10**9)]
) -> HttpResponse:
    """Which clients a version was used for, by name."""
    rows = usage.uses(request.actor).filter(snippet_id=snippet_id, number=number, client__isnull=False)
    counted = rows.values("client_id", "client__name").annotate(n=Count("pk"), at=Max("sent_at"))
    clients = [
        SentOut(client_id=row["client_id"], client=row["client__name"], uses=row["n"], sent_at=row["at"])
        for row in counted.order_by("client__name", "client_id")
    ]
    return dump(SentToOut, SentToOut(clients=clients))


def _period(first: date | None, last: date | None) -> Period:
    firm = current_firm()
    end = last or today(firm.timezone)
    begin = first or end - 29 * DAY
    if begin > end or (end - begin).days >= LONGEST:
        raise Problem(422, "invalid", "The days end before they begin, or are more than ten years.")
    return Period(kind="custom", first=begin, last=end, zone=ZoneInfo(firm.timezone))


def _usage(request: FirmRequest, period: Period) -> UsageOut:
    actor, found = request.actor, flow(request.actor, period)
    known, names = usage.titles(actor, list(found.snippet)), usage.people(list(found.member))
    folders: dict[tuple[UUID | None, str], usage.Tally] = {}
    for pk, one in known.items():
        folder = (one.folder_id, one.folder)
        folders[folder] = folders.get(folder, usage.Tally()) + found.snippet[pk]
    in_use, languages = usage.languages(actor)
    return UsageOut(
        first=period.first,
        last=period.last,
        total=_tally(None, "", found.all),
        over_time=[
            PieceOut(first=span.first, last=span.last, uses=found.piece.get(at, usage.Tally()).uses)
            for at, span in enumerate(period.buckets(), start=1)
        ],
        snippets=_ranked((pk, one.title, found.snippet[pk]) for pk, one in known.items()),
        folders=_ranked((pk, name, tally) for (pk, name), tally in folders.items()),
        people=_ranked((pk, names[pk], tally) for pk, tally in found.member.items()),
        channels=_ranked((None, name, tally) for name, tally in found.channel.items()),
        unused=[
            WaitingOut(id=row.pk, title=row.title, since=row.last_used_at)
            for row in usage.unused(actor)[:MOST]
        ],
        waiting=[WaitingOut(id=one.id, title=one.title, since=at) for one, at in usage.waiting(actor)[:MOST]],
        in_use=in_use,
        languages=dict(sorted(languages.items())),
    )


def _tally(pk: UUID | None, name: str, tally: usage.Tally) -> TallyOut:
    return TallyOut(id=pk, name=name, uses=tally.uses, measured=tally.measured, kept=tally.kept)


def _ranked(rows: Iterable[tuple[UUID | None, str, usage.Tally]]) -> list[TallyOut]:
    best = sorted(rows, key=lambda row: (-row[2].uses, row[1], str(row[0])))[:MOST]
    return [_tally(*row) for row in best]
