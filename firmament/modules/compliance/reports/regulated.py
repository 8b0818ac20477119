"""Changes of regulated rows, and those of which the trail does not tell: there must be none."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.ledger.models import RowChange
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Chart, Stat, Table
from firmament.kernel.web.figures import (
    Course,
    Figure,
    Row,
    Rows,
    Series,
    over_time,
    per_piece,
    piece,
    within,
)
from firmament.lib.periods import Period
from firmament.modules.compliance.reports.trail import SHOWN, rows_url
from firmament.ui.readable import number

PAGE = "compliance:untold"


def untold_changes(actor: Actor) -> "QuerySet[RowChange]":
    """The changes that no event of their transaction tells of, as far as the actor may see them."""
    rows: QuerySet[RowChange] = RowChange.objects.visible_to(actor).untold()
    return rows


def tables() -> tuple[tuple[str, str], ...]:
    """The regulated tables, to choose from; they are called in the list as the database calls them."""
    found = (model._meta.db_table for model in apps.get_models() if getattr(model, "row_history", False))
    return tuple((name, name) for name in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """All changes by the piece of the period; the untold ones by table, operation, role of the database and piece."""

    all: dict[int, int]
    untold: tuple[tuple[str, str, str, int, int], ...]

    @property
    def untold_total(self) -> int:
        return sum(one[-1] for one in self.untold)


def flow(actor: Actor, period: Period) -> Flow:
    """Two queries."""
    rows = within(untold_changes(actor), "occurred_at", period).order_by()
    found = rows.annotate(piece=piece(period, "occurred_at"))
    return Flow(
        all=per_piece(RowChange.objects.visible_to(actor), "occurred_at", period),
        untold=tuple(
            found.values_list("of_table", "operation", "acting_role", "piece").annotate(n=Count("*"))
        ),
    )


def totals(found: Flow, period: Period) -> dict[str, Figure]:
    """How many of each."""
    return {
        "untold": Figure(value=found.untold_total, url=rows_url(PAGE, period.span)),
        "regulated": Figure(value=sum(found.all.values())),
    }


def course(found: Flow, period: Period) -> Series:
    """Untold ones piece by piece: a flat line is what it should be."""
    counted: dict[int, int] = {}
    for *_rest, at, n in found.untold:
        counted[at] = counted.get(at, 0) + n
    return over_time(
        period,
        Course(name=_("Changes"), found=found.all),
        Course(name=_("Without evidence"), found=counted, url_of=lambda span: rows_url(PAGE, span)),
    )


def course_finding(series: Series) -> str:
    untold = sum(int(value or 0) for value in series.lines[1].values)
    if not untold:
        return _("Every change of a regulated row is told by an entry")
    said = ngettext(
        "%(n)s change of a regulated row is told by no entry",
        "%(n)s changes of regulated rows are told by no entry",
        untold,
    )
    return said % {"n": number(untold)}


def where(found: Flow, period: Period) -> Rows:
    """In which tables, and by which role of the database."""
    counted: dict[tuple[str, str, str], int] = {}
    for table, operation, role, _at, n in found.untold:
        counted[table, operation, role] = counted.get((table, operation, role), 0) + n
    most = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
    return Rows(
        head=(_("Table"), _("What"), _("Role of the database"), _("Changes")),
        rows=tuple(
            Row(
                cells=(table, str(RowChange.Operation(operation).label), role, n),
                url=rows_url(PAGE, period.span, table=table),
            )
            for (table, operation, role), n in most
        ),
    )


BOARD = ComplianceBoard(
    key="evidence",
    title=gettext_lazy("Regulated changes"),
    about=gettext_lazy(
        "Every change of a regulated row is written down by the database itself. One that no entry of the trail tells of was made past the product."
    ),
    power="audit.view",
    order=10,
    foremost=("untold", "untold_course"),
    tiles=(
        Stat(
            key="untold",
            label=gettext_lazy("Regulated changes without evidence"),
            report=flow,
            shape=totals,
            better="less",
        ),
        Stat(key="regulated", label=gettext_lazy("Regulated changes"), report=flow, shape=totals),
        Chart(
            key="untold_course",
            label=gettext_lazy("Regulated changes, and those without evidence"),
            kind="line",
            wide=True,
            report=flow,
            shape=course,
            finding=course_finding,
            empty=gettext_lazy("No regulated row was changed in these days"),
        ),
        Table(
            key="untold_where",
            label=gettext_lazy("Where evidence is missing"),
            report=flow,
            shape=where,
            empty=gettext_lazy("Nowhere, as it should be"),
        ),
    ),
)
