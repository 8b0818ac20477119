"""Who was given or lost which power, over time and by whom."""

from collections.abc import Mapping

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.ledger.events import every_code
from firmament.kernel.policies.events import PowersLent, PowersTakenBack
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Chart, Stat
from firmament.kernel.web.figures import Figure, Series, piece, ranking, within
from firmament.lib.periods import Period
from firmament.modules.compliance.reports import trail
from firmament.modules.compliance.reports.trail import Tally, rows_url, summed
from firmament.ui.readable import number

PAGE = "compliance:powers"
ROLES, TEAMS, PORTAL, WALLS, LENDING, PEOPLE, OTHER = (
    "roles", "teams", "portal", "walls", "lending", "people", "other",
)  # fmt: skip
KINDS: Mapping[str, str | Promise] = {
    ROLES: gettext_lazy("Roles"),
    TEAMS: gettext_lazy("Teams"),
    PORTAL: gettext_lazy("Portal access"),
    WALLS: gettext_lazy("Ethical walls"),
    LENDING: gettext_lazy("Lent powers"),
    PEOPLE: gettext_lazy("People and tokens"),
    OTHER: gettext_lazy("Sharing and other"),
}
LENT = (*every_code(PowersLent.code), *every_code(PowersTakenBack.code))
# Each kind as a condition on the code; whatever none of them takes is "other", so nothing is left out.
CODES: Mapping[str, Q] = {
    ROLES: Q(code__startswith="policies.role_")
    | Q(code__in=("policies.built_in_roles_refreshed", "policies.powers_renamed")),
    TEAMS: Q(code__startswith="policies.team_"),
    PORTAL: Q(code__startswith="policies.portal_"),
    WALLS: Q(code__startswith="policies.wall_"),
    LENDING: Q(code__in=LENT),
    PEOPLE: Q(code__startswith="identity.") | Q(code__startswith="firms.member"),
}


def narrowing() -> dict[str, Q]:
    """What choosing a kind means in the list."""
    none = Q()
    for condition in CODES.values():
        none |= condition
    return {**CODES, OTHER: ~none}


def kind_of(code: str) -> str:
    """The kind of an entry, as `CODES` says in SQL."""
    begins = {"policies.role_": ROLES, "policies.team_": TEAMS, "policies.portal_": PORTAL}
    begins |= {"policies.wall_": WALLS, "identity.": PEOPLE, "firms.member": PEOPLE}
    if code in LENT:
        return LENDING
    if code in ("policies.built_in_roles_refreshed", "policies.powers_renamed"):
        return ROLES
    return next((kind for beginning, kind in begins.items() if code.startswith(beginning)), OTHER)


def flow(actor: Actor, period: Period) -> tuple[Tally, ...]:
    """The period's changes by kind, person and piece; one query."""
    rows = within(trail.changes_of_power(actor), "occurred_at", period).order_by()
    found = rows.annotate(piece=piece(period, "occurred_at")).values_list("code", "user_id", "piece")
    return tuple(
        Tally(kind=kind_of(code), user_id=user_id, piece=at, count=n)
        for code, user_id, at, n in found.annotate(n=Count("*"))
    )


def totals(found: tuple[Tally, ...], period: Period) -> dict[str, Figure]:
    """How many of each kind."""
    counted = summed(found, "kind")
    return {
        f"powers_{kind}": Figure(value=counted.get(kind, 0), url=rows_url(PAGE, period.span, kind=kind))
        for kind in KINDS
    }


def course(found: tuple[Tally, ...], period: Period) -> Series:
    """All of them, piece by piece."""
    return trail.course(found, period, name=_("Changes"), page=PAGE)


def course_finding(series: Series) -> str:
    total = sum(int(value or 0) for value in series.lines[0].values)
    said = ngettext("%(n)s change of power in these days", "%(n)s changes of power in these days", total)
    return said % {"n": number(total)}


def by_person(found: tuple[Tally, ...], period: Period) -> Series:
    """Who made them."""
    return trail.by_person(found, period, name=_("Changes"), page=PAGE)


def by_kind(found: tuple[Tally, ...], period: Period) -> Series:
    """What was changed."""
    named = (
        (str(KINDS[kind]), n, rows_url(PAGE, period.span, kind=kind))
        for kind, n in summed(found, "kind").items()
    )
    return ranking(_("Kind"), _("Changes"), named)


def _first(series: Series) -> str:
    return _("%(name)s: %(n)s") % {
        "name": series.labels[0],
        "n": number(series.lines[0].values[0] or 0),
    }


BOARD = ComplianceBoard(
    key="powers",
    title=gettext_lazy("Changes of power"),
    about=gettext_lazy(
        "Roles, teams, portal access, ethical walls and lending: who was given or lost what, and by whom."
    ),
    power="audit.view",
    order=20,
    foremost=("powers_roles", "powers_walls", "powers_course"),
    tiles=(
        *(
            Stat(key=f"powers_{kind}", label=KINDS[kind], report=flow, shape=totals)
            for kind in (ROLES, PORTAL, WALLS, LENDING)
        ),
        Chart(
            key="powers_course",
            label=gettext_lazy("Changes of power over time"),
            kind="line",
            wide=True,
            report=flow,
            shape=course,
            finding=course_finding,
            empty=gettext_lazy("Nobody was given or lost a power in these days"),
        ),
        Chart(
            key="powers_by_whom",
            label=gettext_lazy("Changes of power by whom"),
            kind="ranked",
            report=flow,
            shape=by_person,
            finding=_first,
            empty=gettext_lazy("Nobody changed a power in these days"),
        ),
        Chart(
            key="powers_kinds",
            label=gettext_lazy("Changes of power by kind"),
            kind="ranked",
            report=flow,
            shape=by_kind,
            finding=_first,
            empty=gettext_lazy("Nobody changed a power in these days"),
        ),
    ),
)
