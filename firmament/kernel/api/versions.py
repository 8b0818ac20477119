"""`ETag` and `If-Match`: nobody overwrites what they have not seen (RFC 9110 §13.1.1)."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from firmament.kernel.api.problems import Problem
from firmament.kernel.tenancy.models import FirmModel

Row = TypeVar("Row", bound=FirmModel)


def version(moment: datetime) -> str:
    """An object's version as an ETag: the microseconds of its last change (`updated_at`)."""
    return f'"{int(moment.timestamp()) * 1_000_000 + moment.microsecond}"'


def check(request: HttpRequest, row: FirmModel) -> None:
    """Go on only if the caller has seen this version: 428 without `If-Match`, 412 with a stale one.

    Load the row with `locked`, or two callers who saw the same version may both go on.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise Problem(428, "if_match_required", "Send If-Match with the ETag of the version you saw.")
    if given == "*":
        return
    if version(row.updated_at) not in [tag.strip() for tag in given.split(",")]:
        raise Problem(
            412,
            "stale_version",
            "Fetch the object again; it has changed since.",
            headers={"ETag": version(row.updated_at)},
        )


def locked(request: HttpRequest, rows: "QuerySet[Row]", pk: UUID) -> Row:
    """The row, held until the transaction ends, in the version the caller has seen; 404 where there is none."""
    row = rows.filter(pk=pk).select_for_update(of=("self",)).first()
    if row is None:
        raise Http404
    check(request, row)
    return row
