"""What the compliance room shows of the platform's looks into the firm."""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.breakglass.models import Session, State, Verdict
from firmament.kernel.breakglass.policies import Can
from firmament.kernel.breakglass.register import with_reads
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Stat, Table
from firmament.kernel.web.figures import Figure, Row, Rows, within
from firmament.kernel.web.links import link
from firmament.lib.periods import Period
from firmament.ui.readable import moment

Sessions = tuple[Session, ...]
SHOWN = 100


def asked(actor: Actor, period: Period) -> Sessions:
    """The sessions that were asked for in these days, the newest first; with what was read in each."""
    rows = within(Session.objects.visible_to(actor), "requested_at", period)
    named = rows.select_related("operator__user", "approved_by__user")
    return tuple(with_reads(named).order_by(F("requested_at").desc(), "-pk"))


def totals(found: Sessions, period: Period) -> dict[str, Figure]:
    """How often the firm stood open, how much was read, and what nobody has looked over."""
    url = link("operators:register")
    opened = [one for one in found if one.opened_at]
    counted = {
        "breakglass_opened": len(opened),
        "breakglass_emergencies": sum(one.emergency for one in opened),
        "breakglass_pages": sum(one.pages_read for one in opened),  # type: ignore[attr-defined]  # annotated
        "breakglass_unreviewed": sum(one.state == State.CLOSED for one in opened),
    }
    return {key: Figure(value=n, url=url) for key, n in counted.items()}


def register(found: Sessions, period: Period) -> Rows:
    """Each session with who, why, by whose word, and what came of it."""
    return Rows(
        head=(_("When"), _("Operator"), _("Ticket"), _("Agreed by"), _("Pages read"), _("Outcome")),
        rows=tuple(
            Row(
                cells=(
                    moment(one.requested_at, "datetime"),
                    one.operator.user.name,
                    one.ticket,
                    one.approved_by.user.name if one.approved_by else _("Nobody"),
                    one.pages_read,  # type: ignore[attr-defined]  # annotated
                    str(Verdict(one.verdict).label if one.verdict else State(one.state).label),
                ),
                url=link("operators:session", pk=one.pk),
            )
            for one in found[:SHOWN]
        ),
    )


BOARD = ComplianceBoard(
    key="breakglass",
    title=gettext_lazy("Platform access"),
    about=gettext_lazy("When those who run the platform looked into the firm, why, and who agreed."),
    power=Can.VIEW_REGISTER,
    order=35,
    foremost=("breakglass_opened", "breakglass_unreviewed"),
    ask="operators:register",
    ask_label=gettext_lazy("The register"),
    tiles=(
        *(
            Stat(key=key, label=label, report=asked, shape=totals, better="less")
            for key, label in (
                ("breakglass_opened", gettext_lazy("Times the firm was open to the platform")),
                ("breakglass_emergencies", gettext_lazy("Of these in an emergency")),
                ("breakglass_pages", gettext_lazy("Pages read by operators")),
                ("breakglass_unreviewed", gettext_lazy("Ended and not looked over yet")),
            )
        ),
        Table(
            key="breakglass_register",
            label=gettext_lazy("Looks into the firm"),
            report=asked,
            shape=register,
            empty=gettext_lazy("Nobody of the platform asked to look in"),
        ),
    ),
)
