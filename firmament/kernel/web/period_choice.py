"""The choice of days on a dashboard: read from the address, drawn as links that change it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from firmament.kernel.web.filters import as_date
from firmament.lib.instant import now
from firmament.lib.periods import Period, period_of
from firmament.ui import readable, shapes


def chosen(given: QueryDict) -> tuple[Period, bool]:
    """The period in the reader's zone, and whether it is compared. Parameters: period, from, to, compare=no."""
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    period = period_of(
        given.get("period", ""),
        today=timezone.localtime(now()).date(),
        zone=zone,
        first=as_date(given.get("from", "")),
        last=as_date(given.get("to", "")),
    )
    return period, given.get("compare") != "no"


def drawn(request: HttpRequest, period: Period, *, compare: bool) -> dict[str, Any]:
    """What the row of choices draws."""
    names = {
        "7": _("7 days"),
        "30": _("30 days"),
        "90": _("90 days"),
        "quarter": _("Quarter"),
        "year": _("Year"),
    }
    shown = _in_words(period)
    against = _("compared with %(span)s") % {"span": _in_words(period.before)} if compare else ""
    return {
        "periods": [
            shapes.Tab(label=name, url=_address(request, period=kind, **_NO_DAYS), active=period.kind == kind)
            for kind, name in names.items()
        ],
        "period_words": f"{shown}, {against}" if against else shown,
        "period_own": period.kind == "custom",
        "period_from": period.first.isoformat(),
        "period_to": period.last.isoformat(),
        "compare": compare,
        "compare_url": _address(request, compare="no" if compare else ""),
    }


_NO_DAYS = {"from": "", "to": ""}


def _in_words(period: Period) -> str:
    if period.first == period.last:
        return readable.moment(period.first, "date")
    return _("%(first)s to %(last)s") % {
        "first": readable.moment(period.first, "date"),
        "last": readable.moment(period.last, "date"),
    }


def _address(request: HttpRequest, **changes: str) -> str:
    given = request.GET.copy()
    for name, value in changes.items():
        if value:
            given[name] = value
        else:
            given.pop(name, None)
    query = given.urlencode()
    return f"{request.path}?{query}" if query else request.path
