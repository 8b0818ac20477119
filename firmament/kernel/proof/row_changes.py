"""What of a change of a regulated row is proven: all of it, and of what stood there its commitment."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection

from firmament.kernel.ledger.models import RowChange, RowValue
from firmament.kernel.ledger.payload import COMMITMENT
from firmament.kernel.proof.leaves import INSTANT
from firmament.kernel.proof.sources import Envelope, Personal, declare_source

CODE = "row_change"
VERSION = 1
# Under this name the payload holds the commitment.
FIELD = "values"

CHANGES = f"""
SELECT id, firm_id::text, {INSTANT % "occurred_at"}, {INSTANT % "created_at"}, {INSTANT % "updated_at"},
       transaction_id::text, of_table, row_id::text, operation, columns, client_id::text, engagement_id::text,
       session_role, acting_role, application, request_id, commitment
FROM ledger_rowchange WHERE id = ANY(%s)
"""  # noqa: S608 - our own constants
NAMES = (
    "occurred_at",
    "created_at",
    "updated_at",
    "transaction_id",
    "table",
    "row_id",
    "operation",
    "columns",
    "client_id",
    "engagement_id",
    "session_role",
    "acting_role",
    "application",
    "request_id",
)


def declare() -> None:
    """Let changes of regulated rows be numbered; once, when the process starts."""
    declare_source(CODE, model=RowChange, envelope=envelopes, personal=row_values)


def envelopes(ids: Sequence[UUID]) -> Mapping[UUID, Envelope]:
    """The envelopes of these changes, as far as they are there; one query."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [list(ids)])
        return {
            row[0]: {
                "v": VERSION,
                "source": CODE,
                "id": str(row[0]),
                "firm": row[1],
                **dict(zip(NAMES, row[2:-1], strict=True)),
                "payload": {FIELD: {COMMITMENT: row[-1]}},
            }
            for row in cursor.fetchall()
        }


def row_values(ids: Sequence[UUID]) -> Iterable[Personal]:
    """What stood in these rows, where it has not been erased."""
    rows = RowValue.objects.filter(change__in=list(ids)).values_list("change_id", "salt", "value")
    for change_id, salt, value in rows.iterator():
        yield Personal(object_id=change_id, field=FIELD, salt=bytes(salt), value=value)
