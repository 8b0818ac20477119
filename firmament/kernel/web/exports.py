"""A list as a file: all rows that match, the columns that are shown, and a line in the ledger.

A short list leaves with the answer. A long one is written by a job, which asks the list's own address again as the person
who wanted it: filters, columns and powers are then those of the page itself, as they are by that time.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import unquote_plus, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from firmament.kernel.files.actions import keep_made
from firmament.kernel.jobs.errors import NotAuthorized, Permanent
from firmament.kernel.jobs.run import Run
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import Denied, require
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.cells import Column, exported
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.events import ListExported, ListExportRequested
from firmament.kernel.web.models import Export
from firmament.kernel.web.requests import FirmRequest, as_reader
from firmament.lib.instant import now
from firmament.lib.tabular.table import TableError
from firmament.lib.tabular.writing import Cell, write_csv, write_xlsx

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage

# Up to so many the person waits for the file itself; beyond, for a job.
AT_ONCE = 2_000
MAX_ROWS = 200_000
CHUNK = 500
# The parameter of a list's address under which its exports are found.
PARAMETER = "exports"

Writer = Callable[[Sequence[str], Iterator[Sequence[Cell]], IO[bytes]], None]

FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What goes into the file: the list, its columns in their order, and the rows in theirs."""

    form: "ListPage"
    columns: Sequence[Column]
    rows: "QuerySet[Any]"
    format: str

    @property
    def paths(self) -> list[str]:
        """What is asked of each row."""
        return sorted({path for column in self.columns for path in column.paths})

    @property
    def name(self) -> str:
        """The file's own."""
        return f"{self.form.export}-{timezone.localtime(now()):%Y-%m-%d}.{self.format}"

    def write(self, rows: Iterable[Any], into: IO[bytes]) -> None:
        """The file, from its beginning; raises TableError for what the format cannot hold.

        Where the list wants it, a CSV file ends with a line that holds the SHA-256 of all before it.
        """
        FORMATS[self.format][1](
            [str(column.label) for column in self.columns],
            ([exported(column, row) for column in self.columns] for row in rows),
            into,
        )
        if self.form.checksum and self.format == "csv":
            cells = ["SHA-256", digest(into), *[""] * (len(self.columns) - 2)]
            into.write(f"{(',' if len(self.columns) > 1 else ' ').join(cells)}\r\n".encode())


def digest(file: IO[bytes]) -> str:
    """The SHA-256 of a file, in hex; it stands at its end afterwards."""
    found = hashlib.sha256()
    file.seek(0)
    while part := file.read(1 << 16):
        found.update(part)
    return found.hexdigest()


def export(
    request: FirmRequest, form: "ListPage", columns: Sequence[Column], rows: "QuerySet[Any]", kind: str
) -> HttpResponse:
    """The file, in a format of FORMATS, or the way to where it is being written; 422 where there are too many rows."""
    if kind not in FORMATS:
        return error_page(request, 400)
    if form.export_power:
        require(request.actor, form.export_power)
    sheet = Sheet(form=form, columns=columns, rows=rows, format=kind)
    wanted: list[Sheet] | None = getattr(request, "wanted", None)
    if wanted is not None:
        wanted.append(sheet)
        return HttpResponse(status=204)
    # A member has somewhere to come back to; a client's person gets what fits into one answer.
    most = AT_ONCE if request.actor.domain == Domain.STAFF else MAX_ROWS
    found = list(rows.values(*sheet.paths)[: most + 1])
    if len(found) > most:
        return _later(request, sheet)
    return _at_once(request, sheet, found)


def _at_once(request: FirmRequest, sheet: Sheet, found: Sequence[Any]) -> HttpResponse:
    file = io.BytesIO()
    try:
        sheet.write(found, file)
    except TableError as error:
        return error_page(request, 422, title=_("This format cannot hold it"), text=str(error))
    _note(request.actor, sheet, len(found), request.GET.urlencode(), digest(file))
    return HttpResponse(
        file.getvalue(),
        content_type=FORMATS[sheet.format][0],
        headers={
            "Content-Disposition": f'attachment; filename="{sheet.name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _later(request: FirmRequest, sheet: Sheet) -> HttpResponse:
    count = sheet.rows.order_by().values("pk")[: MAX_ROWS + 1].count()
    if count > MAX_ROWS or request.actor.membership_id is None:
        return error_page(
            request,
            422,
            title=_("That is more than fits into one file"),
            text=_("A file holds %(n)d rows. Narrow the list by a filter and export it in parts.")
            % {"n": MAX_ROWS},
        )
    made = Export.objects.create(
        list_name=sheet.form.name,
        membership_id=request.actor.membership_id,
        format=sheet.format,
        path=request.path_info,
        query=request.GET.urlencode(),
        rows=count,
    )
    entry = record(
        request.actor,
        ListExportRequested(export_id=made.pk, list=made.list_name, format=made.format, rows=count),
    )
    Export.objects.filter(pk=made.pk).update(entry_id=entry.pk)
    return HttpResponseRedirect(f"{request.path}?{urlencode({PARAMETER: made.pk})}", status=303)


def write_export(run: Run, export_id: UUID) -> None:
    """Write the file of an export and keep it for its scan. Done once: a second time finds it written."""
    made = Export.objects.select_for_update().filter(pk=export_id, file=None).first()
    if made is None:
        return
    actor = run.actor
    assert actor.membership_id is not None  # only members ask for what is written later
    member = Membership.objects.select_related("user").get(pk=actor.membership_id)
    firm = current_firm()
    with (
        as_reader(member.user.timezone or firm.timezone, member.user.locale or firm.locale),
        TemporaryFile() as file,
    ):
        sheet = _asked_again(actor, member, made)
        written = _Count()
        try:
            sheet.write(written.through(run, sheet, made.rows), cast("IO[bytes]", file))
        except TableError as error:
            raise Permanent(str(error)) from error
        sha256 = digest(cast("IO[bytes]", file))
        file.seek(0)
        stored = keep_made(
            actor, cast("BinaryIO", file), name=sheet.name, media_type=FORMATS[sheet.format][0].split(";")[0]
        )
    reach = authority_of(actor).reach
    Export.objects.filter(pk=made.pk).update(file=stored, reach=reach, rows=written.rows)
    _note(actor, sheet, written.rows, made.query, sha256)


class _Count:
    """How many rows went by, told to whoever waits."""

    def __init__(self) -> None:
        self.rows = 0

    def through(self, run: Run, sheet: Sheet, expected: int) -> Iterator[Any]:
        """The rows from the database, a few hundred in memory at a time."""
        run.progress(0, expected)
        for row in sheet.rows.values(*sheet.paths)[:MAX_ROWS].iterator(chunk_size=CHUNK):
            yield row
            self.rows += 1
            if self.rows % CHUNK == 0:
                run.progress(self.rows, max(expected, self.rows))
                run.stop_if_canceled()


def _asked_again(actor: Actor, member: Membership, made: Export) -> Sheet:
    """What the list's own view would put into the file now, for the person as they are now."""
    request = FirmRequest()
    request.method = "POST"
    request.path = request.path_info = made.path
    request.GET = QueryDict(made.query)
    request.POST = QueryDict(urlencode({"export": made.format}))
    request.actor, request.firm, request.user, request.accesses = actor, current_firm(), member.user, []
    wanted: list[Sheet] = []
    request.wanted = wanted
    try:
        match = resolve(made.path)
        match.func(request, *match.args, **match.kwargs)
    except Denied as denied:
        raise NotAuthorized("The person who asked for this list may not see it any more.") from denied
    except Resolver404 as gone:
        raise Permanent("There is no such list any more.") from gone
    if not wanted:
        raise Permanent("The list cannot be exported any more.")
    return wanted[0]


def _note(actor: Actor, sheet: Sheet, rows: int, query: str, sha256: str) -> None:
    # Which part of the list it was. What was searched for may be a person's name, so it is a personal value; and as
    # it was typed, or whoever has that name erased later would not find it among signs for an address.
    asked = unquote_plus(query)[:500]
    record(
        actor,
        ListExported(list=sheet.form.name, format=sheet.format, rows=rows, query=asked, sha256=sha256),
    )
