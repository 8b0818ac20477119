"""Token buckets: how often somebody may ask.

One upsert per request, atomic and in a transaction of its own, so that any number of web hosts count together
and a refused or crashed request has been counted too. The table is UNLOGGED: a bucket is not worth a disk flush,
and after a crash everybody simply starts with a full one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` requests at once, refilled at `per_second`."""

    name: str
    burst: int
    per_second: float

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket fills."""
        return math.ceil(self.burst / self.per_second)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this request may go on, and what is left of the narrower bucket."""

    allowed: bool
    bucket: Bucket
    level: float

    def headers(self) -> Mapping[str, str]:
        """`RateLimit-*` in the form most clients read, the policy as in draft-ietf-httpapi-ratelimit-headers, and
        for a refusal `Retry-After` in whole seconds (RFC 9110 §10.2.3)."""
        bucket = self.bucket
        full_in = max(0, math.ceil((bucket.burst - self.level) / bucket.per_second))
        headers = {
            "RateLimit-Policy": f'"{bucket.name}";q={bucket.burst};w={bucket.window}',
            "RateLimit-Limit": str(bucket.burst),
            "RateLimit-Remaining": str(max(0, math.floor(self.level))),
            "RateLimit-Reset": str(full_in),
        }
        if not self.allowed:
            headers["Retry-After"] = str(max(1, math.ceil((1 - self.level) / bucket.per_second)))
        return headers


PER_TOKEN = Bucket("token", *getattr(settings, "API_RATE_TOKEN", (600, 20.0)))
PER_FIRM = Bucket("firm", *getattr(settings, "API_RATE_FIRM", (2400, 80.0)))

# A refused request takes nothing: hammering does not keep the door shut.
_SPEND = """
    INSERT INTO web_throttle AS t (key, level, allowed, at)
    {source}
    ON CONFLICT (key) DO UPDATE SET
        allowed = least(%(burst)s, t.level + extract(epoch FROM clock_timestamp() - t.at) * %(rate)s) >= 1,
        level = least(%(burst)s, t.level + extract(epoch FROM clock_timestamp() - t.at) * %(rate)s)
            - CASE WHEN least(%(burst)s, t.level + extract(epoch FROM clock_timestamp() - t.at) * %(rate)s) >= 1
                THEN 1 ELSE 0 END,
        at = clock_timestamp()
    RETURNING allowed, level
"""


def _spend(prefix: str, source: str) -> str:
    return _SPEND.format(source=source).replace("%(", f"%({prefix}_")


# The firm's bucket is asked only when the token's own gave; always in this order, so two requests cannot deadlock.
# Assembled from this file's own constants; every value travels as a parameter.
_TAKE_TOKEN = (
    "WITH mine AS ("  # noqa: S608
    + _spend("t", "VALUES (%(key)s, %(burst)s - 1, true, clock_timestamp())")
    + "), firm AS ("
    + _spend("f", "SELECT %(key)s, %(burst)s - 1, true, clock_timestamp() FROM mine WHERE mine.allowed")
    + ") SELECT mine.allowed, mine.level, firm.allowed, firm.level FROM mine LEFT JOIN firm ON true"
)
_TAKE = _spend("t", "VALUES (%(key)s, %(burst)s - 1, true, clock_timestamp())")


def take_token(token_hash: str, firm_id: UUID) -> Verdict:
    """One API request of this token and of its firm."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_TOKEN,
            {
                "t_key": f"token:{token_hash[:40]}",
                "t_burst": float(PER_TOKEN.burst),
                "t_rate": PER_TOKEN.per_second,
                "f_key": f"firm:{firm_id}",
                "f_burst": float(PER_FIRM.burst),
                "f_rate": PER_FIRM.per_second,
            },
        )
        mine, mine_level, firms, firms_level = cursor.fetchone()
    if not mine:
        return Verdict(False, PER_TOKEN, mine_level)
    if not firms:
        return Verdict(False, PER_FIRM, firms_level)
    share = mine_level / PER_TOKEN.burst <= firms_level / PER_FIRM.burst
    return Verdict(True, PER_TOKEN, mine_level) if share else Verdict(True, PER_FIRM, firms_level)


def take(bucket: Bucket, who: str) -> Verdict:
    """One request of `who` (an address, an account) to something public."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "t_key": f"{bucket.name}:{who}"[:120],
                "t_burst": float(bucket.burst),
                "t_rate": bucket.per_second,
            },
        )
        allowed, level = cursor.fetchone()
    return Verdict(allowed, bucket, level)
