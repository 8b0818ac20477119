"""A report: the boards' figures, taken once, and the paper and the table that are made from them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import TypedDict

from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.papers import TABLE_HEAD, Taken, blocks, firm_paper, table, take
from firmament.lib.paper.parts import Block, Facts, Heading, Paper, Words
from firmament.lib.periods import Period
from firmament.lib.tabular.writing import Cell, write_csv
from firmament.ui.readable import moment


class Section(TypedDict):
    """One board as it was."""

    key: str
    title: str
    about: str
    figures: list[Taken]


class Figures(TypedDict):
    """All of them. `left_out`: boards that were asked for and that its maker may not see (any more).

    `reach` names what the maker could see (`Authority.reach`).
    """

    boards: list[Section]
    left_out: list[str]
    reach: str


def figures_of(actor: Actor, boards: Sequence[ComplianceBoard], period: Period) -> Figures:
    """What the boards show of these days to the actor."""
    seen = [board for board in boards if may(actor, board.power)]
    return Figures(
        boards=[
            Section(
                key=board.key,
                title=str(board.title),
                about=str(board.about),
                figures=take(actor, board.tiles, period),
            )
            for board in seen
        ],
        left_out=[str(board.title) for board in boards if board not in seen],
        reach="",
    )


def paper_of(figures: Figures, *, title: str, period: Period, made_by: str, made_at: datetime) -> Paper:
    """The paper, in the firm's name."""
    found: list[Block] = [
        Facts(
            pairs=(
                (_("Days"), _days(period)),
                (_("Made"), moment(made_at, "full")),
                (_("As seen by"), made_by),
                (_("Boards"), ", ".join(section["title"] for section in figures["boards"]) or "–"),
            )
        )
    ]
    for section in figures["boards"]:
        found += blocks(section["title"], section["about"], section["figures"])
    if figures["left_out"]:
        found += [
            Heading(text=_("Not in this report")),
            Words(
                text=_("Who this report was made for may not see: %(boards)s.")
                % {"boards": ", ".join(figures["left_out"])}
            ),
        ]
    return firm_paper(
        title=title, subtitle=_days(period), made_at=made_at, blocks=found, footer=_("Confidential")
    )


def csv_of(figures: Figures) -> bytes:
    """The same figures as one long table."""
    file = BytesIO()
    write_csv(TABLE_HEAD, _lines(figures["boards"]), file)
    return file.getvalue()


def _lines(sections: Iterable[Section]) -> Iterator[tuple[Cell, ...]]:
    for section in sections:
        yield from table(section["title"], section["figures"])


def _days(period: Period) -> str:
    return _("%(first)s to %(last)s") % {
        "first": moment(period.first, "date"),
        "last": moment(period.last, "date"),
    }
