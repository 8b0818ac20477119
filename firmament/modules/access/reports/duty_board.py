"""What the compliance room shows of powers that are kept apart."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Stat, Table
from firmament.kernel.web.figures import Figure, Row, Rows
from firmament.kernel.web.links import link
from firmament.lib.periods import Period
from firmament.modules.access.reports.duties import DutyLine, duty_lines, every_pair
from firmament.ui.readable import moment

Lines = tuple[DutyLine, ...]


def standing(actor: Actor, period: Period) -> Lines:
    """How it stands now, whatever the period."""
    return tuple(duty_lines(every_pair(actor)))


def totals(lines: Lines, period: Period) -> dict[str, Figure]:
    """How many pairs, how many people have both, are exempt, and how often a use was refused."""
    url = link("access:duties")
    counted = {
        "duties_pairs": len(lines),
        "duties_conflicts": len({one.member.pk for line in lines for one in line.breaches}),
        "duties_exempt": sum(len(line.exempt) for line in lines),
        "duties_refused": sum(line.refused for line in lines),
    }
    return {key: Figure(value=n, url=url) for key, n in counted.items()}


def conflicts(lines: Lines, period: Period) -> Rows:
    """Who has both and is not exempt, and from where."""
    return Rows(
        head=(_("Person"), _("May"), _("From"), _("And may"), _("From")),
        rows=tuple(
            Row(
                cells=(one.member.user.name, line.first, one.paths[0], line.second, one.paths[1]),
                url=link("access:duty", pk=line.pair.pk),
            )
            for line in lines
            for one in line.breaches
        ),
    )


def exempt(lines: Lines, period: Period) -> Rows:
    """Who need not keep a pair apart, by whose word, why and until when."""
    return Rows(
        head=(_("Person"), _("Kept apart"), _("Exempted by"), _("Reason"), _("Until")),
        rows=tuple(
            Row(
                cells=(
                    one.membership.user.name,
                    f"{line.first} · {line.second}",
                    one.granted_by.user.name,
                    one.reason,
                    moment(one.ends_at, "datetime"),
                ),
                url=link("access:duty", pk=line.pair.pk),
            )
            for line in lines
            for one in line.exempt
        ),
    )


BOARD = ComplianceBoard(
    key="duties",
    title=gettext_lazy("Segregation of duties"),
    about=gettext_lazy("Powers that one person should not hold, or not use on the same thing; and who does."),
    power=Can.VIEW_DUTIES,
    order=25,
    foremost=("duties_conflicts", "duties_exempt"),
    ask="access:duties",
    ask_label=gettext_lazy("Powers kept apart"),
    tiles=(
        *(
            Stat(key=key, label=label, report=standing, shape=totals, compared=False)
            for key, label in (
                ("duties_pairs", gettext_lazy("Pairs of powers kept apart")),
                ("duties_conflicts", gettext_lazy("People who have both")),
                ("duties_exempt", gettext_lazy("Exceptions that count now")),
                ("duties_refused", gettext_lazy("Uses that were refused")),
            )
        ),
        Table(
            key="duties_who",
            label=gettext_lazy("Who has both"),
            report=standing,
            shape=conflicts,
            empty=gettext_lazy("Nobody, as it should be"),
        ),
        Table(
            key="duties_exceptions",
            label=gettext_lazy("Who is exempt"),
            report=standing,
            shape=exempt,
            empty=gettext_lazy("Nobody is exempt"),
        ),
    ),
)
