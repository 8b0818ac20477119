"""Reports for tests, made through the room's own actions and jobs."""

from collections.abc import Callable

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.jobs import run_all_queued
from firmament.modules.compliance.actions import order_report
from firmament.modules.compliance.models import ComplianceReport, ReportOrder


def make_order(actor: Actor, *, rhythm: str = "month", covers: str = "month", **given: object) -> ReportOrder:
    """An order for two boards."""
    details: dict[str, object] = {"title": "Monthly report", "boards": ["powers", "denials"], **given}
    return order_report(actor, rhythm=rhythm, covers=covers, **details)  # type: ignore[arg-type]


def make_report(actor: Actor, **given: object) -> ComplianceReport:
    """A report that was wanted once, made, with its files looked through."""
    order = make_order(actor, rhythm="once", **given)
    run_all_queued()
    found: ComplianceReport = ComplianceReport.objects.get(order=order)
    return found


def _order(actor: Actor) -> dict[str, object]:
    return {"pk": make_order(actor).pk}


def _report(actor: Actor) -> dict[str, object]:
    return {"pk": make_report(actor).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "compliance:order_change": _order,
    "compliance:order_make": _order,
    "compliance:order_stop": _order,
    "compliance:report": _report,
    "compliance:report_file": lambda actor: {**_report(actor), "form": "pdf"},
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/compliance/orders/": _order,
    "/compliance/reports/": lambda actor: {**_report(actor), "pdf_or_csv": "pdf"},
}
