"""How far the trail is proven: what is signed, what waits, what the verifications said."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.identity.models import User
from firmament.kernel.proof.models import Verification
from firmament.kernel.proof.standing import Standing, standing
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Stat, Table
from firmament.kernel.web.figures import Figure, Row, Rows, within
from firmament.kernel.web.links import link
from firmament.lib.instant import now
from firmament.lib.periods import Period
from firmament.ui.readable import moment

SHOWN = 20


def found(actor: Actor, period: Period) -> Standing:
    """How it stands now, whatever the period."""
    return standing()


def totals(now_so: Standing, period: Period) -> dict[str, Figure]:
    """The state in numbers. What was found changed must be none."""
    url = link("audit:proof")
    last = now_so.last
    return {
        "proof_signed": Figure(value=now_so.signed, url=url),
        "proof_waiting": Figure(value=now_so.waiting, url=url),
        "proof_faults": Figure(value=last.fault_count + now_so.missing if last else None, url=url),
        "proof_age": Figure(value=(now() - last.finished_at).days if last else None, url=url),
    }


def last_signs(now_so: Standing, period: Period) -> Rows:
    """The last checkpoint and the last verification, in words."""
    url = link("audit:proof")
    rows = []
    if now_so.signed_at:
        rows.append(Row(cells=(_("Last checkpoint"), _when(now_so.signed_at), now_so.signed, ""), url=url))
    if now_so.last:
        last = now_so.last
        told = str(Verification.Outcome(last.outcome).label)
        rows.append(Row(cells=(_("Last verification"), _when(last.finished_at), last.size, told), url=url))
    return Rows(head=(_("What"), _("When"), _("Entries"), _("Result")), rows=tuple(rows))


def verifications(actor: Actor, period: Period) -> Rows:
    """The newest that ended in these days, each with who asked and what it found."""
    rows = within(Verification.objects.visible_to(actor), "finished_at", period)
    newest = list(rows.order_by("-finished_at", "-pk")[:SHOWN])
    asked = User.objects.filter(pk__in=[one.user_id for one in newest if one.user_id])
    called = dict(asked.values_list("pk", "name"))
    url = link("audit:proof")
    return Rows(
        head=(_("When"), _("Asked for by"), _("Entries"), _("Faults"), _("Result")),
        rows=tuple(
            Row(
                cells=(
                    _when(one.finished_at),
                    called.get(one.user_id, _("The clock")),
                    one.size,
                    one.fault_count,
                    str(Verification.Outcome(one.outcome).label),
                ),
                url=url,
            )
            for one in newest
        ),
    )


def _when(at: datetime) -> str:
    return moment(at, "datetime")


BOARD = ComplianceBoard(
    key="proof",
    title=gettext_lazy("Proof of the trail"),
    about=gettext_lazy("Whether the audit trail is still as it was signed, and who looked when."),
    power="audit.view",
    order=40,
    foremost=("proof_waiting", "proof_faults"),
    tiles=(
        Stat(
            key="proof_signed",
            label=gettext_lazy("Entries signed"),
            report=found,
            shape=totals,
            compared=False,
        ),
        Stat(
            key="proof_waiting",
            label=gettext_lazy("Entries waiting for their number"),
            report=found,
            shape=totals,
            compared=False,
        ),
        Stat(
            key="proof_faults",
            label=gettext_lazy("Found changed by the last verification"),
            report=found,
            shape=totals,
            compared=False,
        ),
        Stat(
            key="proof_age",
            label=gettext_lazy("Since the last verification"),
            report=found,
            shape=totals,
            unit="days",
            compared=False,
        ),
        Table(
            key="proof_last",
            label=gettext_lazy("Last signs"),
            report=found,
            shape=last_signs,
            empty=gettext_lazy("Nothing was signed or verified yet; both come by themselves"),
        ),
        Table(
            key="proof_verifications",
            label=gettext_lazy("Verifications"),
            report=verifications,
            empty=gettext_lazy("Nobody verified the trail in these days"),
        ),
    ),
)
