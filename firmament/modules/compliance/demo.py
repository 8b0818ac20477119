"""This room's part of the demo firm: a report each month, and the last one of it."""

from datetime import timedelta

from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.authority import holders_of
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.web.compliance import boards_for
from firmament.lib.instant import at
from firmament.lib.whole_spans import begin_of
from firmament.modules.compliance.actions import order_report, request_report
from firmament.modules.compliance.policies import Can


def load(people: DemoFirm) -> None:
    """A partner ordered it a good month ago, and had one made on the first of this month."""
    first = begin_of("month", people.today)
    ago = (people.today - first).days
    with at(people.moment(ago + 40, 10)):
        order = order_report(
            people.partner,
            title="Monthly compliance report",
            boards=[board.key for board in boards_for(people.partner)],
            rhythm="month",
            covers="month",
            recipient_ids=list(holders_of(Can.EXPORT).values_list("pk", flat=True)),
        )
    with at(people.moment(ago, 9)):
        request_report(people.partner, order)
        drain()
    order.next_on = begin_of("month", first + timedelta(days=31))
    order.save()
