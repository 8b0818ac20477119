"""This room's part of the demo firm: a report each month, and the last one of it."""

from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.authority import holders_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.web.compliance import boards_for
from firmament.lib.instant import at
from firmament.lib.whole_spans import begin_of
from firmament.modules.compliance.actions import order_report, request_due
from firmament.modules.compliance.policies import Can


def load(people: DemoFirm) -> None:
    """A partner ordered it a good month ago, and it came on the first of this month."""
    first = begin_of("month", people.today)
    ago = (people.today - first).days
    with at(people.moment(ago + 40, 10)):
        order_report(
            people.partner,
            title="Monthly compliance report",
            boards=[board.key for board in boards_for(people.partner)],
            rhythm="month",
            covers="month",
            recipient_ids=list(holders_of(Can.EXPORT).values_list("pk", flat=True)),
        )
    with at(people.moment(ago, 9)):
        request_due(Actor.system("compliance.ask_for_due_reports"))
        drain()
