"""A list as a file: all rows that match, the columns that are shown, and a line in the ledger."""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.web.cells import Column, exported
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.events import ListExported
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.instant import now
from firmament.lib.tabular.table import TableError
from firmament.lib.tabular.writing import Cell, write_csv, write_xlsx

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage

MAX_ROWS = 50_000
CHUNK = 2_000

Writer = Callable[[Sequence[str], Iterator[Sequence[Cell]], IO[bytes]], None]

FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}


def export(
    request: FirmRequest, form: "ListPage", columns: Sequence[Column], rows: "QuerySet[Any]", kind: str
) -> HttpResponse:
    """The file, in a format of FORMATS; 422 with a reason where there are too many rows for one file."""
    if kind not in FORMATS:
        return error_page(request, 400)
    if form.export_power:
        require(request.actor, form.export_power)
    paths = sorted({path for column in columns for path in column.paths})
    # One row more than allowed: told apart from exactly as many.
    found = list(rows.values(*paths)[: MAX_ROWS + 1])
    if len(found) > MAX_ROWS:
        return error_page(
            request,
            422,
            title=_("That is more than fits into one file"),
            text=_("A file holds %(n)d rows. Narrow the list by a filter and export it in parts.")
            % {"n": MAX_ROWS},
        )
    media_type, write = FORMATS[kind]
    file = io.BytesIO()
    try:
        write(
            [str(column.label) for column in columns],
            ([exported(column, row) for column in columns] for row in found),
            file,
        )
    except TableError as error:
        return error_page(request, 422, title=_("This format cannot hold it"), text=str(error))
    record(request.actor, ListExported(list=form.name, format=kind, rows=len(found), query=_query(request)))
    name = f"{form.export}-{timezone.localtime(now()):%Y-%m-%d}.{kind}"
    return HttpResponse(
        file.getvalue(),
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _query(request: FirmRequest) -> str:
    """Which part of the list it was; what was searched for may be a person's name, so it is a personal value."""
    return request.GET.urlencode()[:500]
