"""When a cron expression next fires, in a time zone that may skip or repeat an hour.

The rule is Vixie cron's (crontab(5), "daylight saving time"): a job at a fixed hour that falls into the skipped hour
fires right after it, and fires once in the repeated one; a job whose hour field starts with `*` follows the
clock on the wall, so it is silent in the skipped hour and fires in both passes of the repeated one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

# Wider than any change of the clock that a zone has made at one stroke within a day.
MARGIN = timedelta(hours=3)


def next_after(expression: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first firing strictly after an aware instant, in UTC. Five fields; raises ValueError on others."""
    wall = after.astimezone(zone)
    naive = _next_naive(expression, wall.replace(tzinfo=None))
    if not _clock_changes_near(wall, zone) and not _clock_changes_near(naive.replace(tzinfo=zone), zone):
        return naive.replace(tzinfo=zone).astimezone(UTC)
    return _next_near_change(expression, zone, after, until=naive + MARGIN)


def _next_naive(expression: str, start: datetime) -> datetime:
    found = croniter(expression, start).get_next(datetime)
    assert isinstance(found, datetime)
    return found


def _clock_changes_near(wall: datetime, zone: ZoneInfo) -> bool:
    instant = wall.astimezone(UTC)
    return (instant - MARGIN).astimezone(zone).utcoffset() != (instant + MARGIN).astimezone(zone).utcoffset()


def _next_near_change(expression: str, zone: ZoneInfo, after: datetime, *, until: datetime) -> datetime:
    """Compare every candidate around the change; the walls' order is not the instants' order there."""
    follows_wall = expression.split()[1].startswith("*")
    start = after.astimezone(zone).replace(tzinfo=None) - MARGIN
    naive = _next_naive(expression, start - timedelta(minutes=1))
    found: list[datetime] = []
    while naive <= until or not found:
        found += [i for i in _instants(naive, zone, follows_wall=follows_wall) if i > after]
        naive = _next_naive(expression, naive)
    return min(found)


def _instants(naive: datetime, zone: ZoneInfo, *, follows_wall: bool) -> Iterator[datetime]:
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != naive:
        # The hour does not exist. fold=1 reads the wall with the offset that holds after the gap, fold=0 with
        # the one before it, so the later of the two lies behind the gap.
        if not follows_wall:
            yield _end_of_gap(first, second, zone)
        return
    yield first
    if follows_wall and second != first:
        yield second


def _end_of_gap(one: datetime, other: datetime, zone: ZoneInfo) -> datetime:
    """The very instant of the change, which lies between the two readings of a wall time that does not exist."""
    low, high = sorted((one, other))
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
