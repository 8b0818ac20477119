"""The demo firm, as each room's `demo.py` is given it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership


class DemoFirm(Protocol):
    """Who acts in a demo firm. `scale` is about how many clients it has; `today` the date in its zone."""

    slug: str
    partner: Actor
    manager: Actor
    staff: Actor
    operators: Sequence[Actor]
    members: Sequence[Membership]
    scale: int
    today: date
    zone: ZoneInfo

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An instant in the firm's working day; days in the future are negative, and never later than now."""
        ...
