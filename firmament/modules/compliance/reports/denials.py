"""What was refused, over time, to whom and of which power."""

from django.db.models import Count, F
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Chart, Stat
from firmament.kernel.web.figures import Figure, Series, piece, ranking, within
from firmament.lib.periods import Period
from firmament.modules.compliance.reports import trail
from firmament.modules.compliance.reports.trail import Tally, rows_url, summed
from firmament.ui.readable import number

PAGE = "compliance:denials"


def flow(actor: Actor, period: Period) -> tuple[Tally, ...]:
    """The period's refusals by power, person and piece; one query."""
    rows = within(trail.denials(actor), "occurred_at", period).order_by()
    found = rows.annotate(piece=piece(period, "occurred_at"), power=KT("payload__power"))
    return tuple(
        Tally(kind=power or "", user_id=user_id, piece=at, count=n)
        for power, user_id, at, n in found.values_list("power", F("user_id"), "piece").annotate(n=Count("*"))
    )


def totals(found: tuple[Tally, ...], period: Period) -> dict[str, Figure]:
    """How many there were, and how many people and powers they touched."""
    url = rows_url(PAGE, period.span)
    return {
        "denials": Figure(value=sum(one.count for one in found), url=url),
        "denied_people": Figure(value=len({one.user_id for one in found}), url=url),
        "denied_powers": Figure(value=len({one.kind for one in found}), url=url),
    }


def course(found: tuple[Tally, ...], period: Period) -> Series:
    """Piece by piece."""
    return trail.course(found, period, name=_("Refusals"), page=PAGE)


def course_finding(series: Series) -> str:
    total = sum(int(value or 0) for value in series.lines[0].values)
    said = ngettext("%(n)s refusal in these days", "%(n)s refusals in these days", total)
    return said % {"n": number(total)}


def by_person(found: tuple[Tally, ...], period: Period) -> Series:
    """To whom."""
    return trail.by_person(found, period, name=_("Refusals"), page=PAGE)


def by_power(found: tuple[Tally, ...], period: Period) -> Series:
    """Of what."""
    best = list(summed(found, "kind").items())[: trail.SHOWN]
    named = ((title_of(power), n, rows_url(PAGE, period.span, power=power)) for power, n in best)
    return ranking(_("Power"), _("Refusals"), named)


def _person_finding(series: Series) -> str:
    return _("%(name)s was refused most often") % {"name": series.labels[0]}


def _power_finding(series: Series) -> str:
    return _("Refused most often: %(name)s") % {"name": series.labels[0]}


BOARD = ComplianceBoard(
    key="denials",
    title=gettext_lazy("Refusals"),
    about=gettext_lazy(
        "Every time somebody asked for something sensitive and was refused, with the rule that refused."
    ),
    power="audit.view",
    order=30,
    foremost=("denials", "denials_course"),
    tiles=(
        Stat(key="denials", label=gettext_lazy("Refusals"), report=flow, shape=totals, better="less"),
        Stat(key="denied_people", label=gettext_lazy("People who were refused"), report=flow, shape=totals),
        Stat(key="denied_powers", label=gettext_lazy("Powers that were refused"), report=flow, shape=totals),
        Chart(
            key="denials_course",
            label=gettext_lazy("Refusals over time"),
            kind="line",
            wide=True,
            report=flow,
            shape=course,
            finding=course_finding,
            empty=gettext_lazy("Nobody was refused anything sensitive in these days"),
        ),
        Chart(
            key="denials_people",
            label=gettext_lazy("Refusals by person"),
            kind="ranked",
            report=flow,
            shape=by_person,
            finding=_person_finding,
            empty=gettext_lazy("Nobody was refused anything"),
        ),
        Chart(
            key="denials_powers",
            label=gettext_lazy("Refusals by power"),
            kind="ranked",
            report=flow,
            shape=by_power,
            finding=_power_finding,
            empty=gettext_lazy("Nobody was refused anything"),
        ),
    ),
)
