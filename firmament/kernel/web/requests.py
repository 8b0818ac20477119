"""The request as views behind the firm middleware get it. For annotations, and for whom such a view is asked again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone, translation

from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmAccess
from firmament.ui.shell import Notice


class FirmRequest(HttpRequest):
    """A request inside a firm. `accesses` are the firms the person may enter; programs have none."""

    actor: Actor
    firm: Firm
    user: User
    accesses: list[FirmAccess]
    request_id: str
    # Bars above the page, whatever is drawn (`notices_of`).
    notices: tuple[Notice, ...]
    # What a list is to put its rows into instead of answering: a job asks for them (`exports`).
    wanted: list[Any]


def notices_of(request: HttpRequest) -> tuple[Notice, ...]:
    """What stands above every page of this request; whoever lays one there adds it to `request.notices`."""
    notices: tuple[Notice, ...] = getattr(request, "notices", ())
    return notices


@contextmanager
def as_reader(time_zone: str, locale: str) -> Iterator[None]:
    """The reader's own time zone and language."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    with timezone.override(zone), translation.override(locale):
        yield
