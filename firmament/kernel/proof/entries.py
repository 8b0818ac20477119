"""What of an entry of the ledger is proven: all of it, what it is about, and of personal values their commitments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from firmament.kernel.ledger.models import Entry, PersonalValue
from firmament.kernel.proof.leaves import INSTANT, read_exact
from firmament.kernel.proof.sources import Envelope, Personal, declare_source

CODE = "entry"
VERSION = 1

# The two technical times nearly always equal the first; they are there where they do not.
ENTRIES = f"""
SELECT id, firm_id::text, code, category, {INSTANT % "occurred_at"},
       CASE WHEN created_at <> occurred_at THEN {INSTANT % "created_at"} END,
       CASE WHEN updated_at <> occurred_at THEN {INSTANT % "updated_at"} END,
       domain, user_id::text, membership_id::text, token_id::text, job, roles::text, request_id, payload::text,
       transaction_id::text, {INSTANT % "transaction_at"}
FROM ledger_entry WHERE id = ANY(%s)
"""  # noqa: S608 - our own constants
TARGETS = f"""
SELECT t.entry_id, t.id::text, t.kind, t.object_id::text,
       CASE WHEN t.occurred_at <> e.occurred_at THEN {INSTANT % "t.occurred_at"} END,
       CASE WHEN t.created_at <> e.occurred_at THEN {INSTANT % "t.created_at"} END,
       CASE WHEN t.updated_at <> e.occurred_at THEN {INSTANT % "t.updated_at"} END
FROM ledger_entrytarget t JOIN ledger_entry e ON e.id = t.entry_id
WHERE t.firm_id = current_setting('app.firm_id')::uuid AND t.entry_id = ANY(%s)
ORDER BY t.kind COLLATE "C", t.object_id, t.id
"""  # noqa: S608 - our own constants


def declare() -> None:
    """Let entries be numbered; once, when the process starts."""
    declare_source(CODE, model=Entry, envelope=envelopes, personal=personal_values)


def envelopes(ids: Sequence[UUID]) -> Mapping[UUID, Envelope]:
    """The envelopes of these entries, as far as they are there; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [list(ids)])
        found = {row[0]: _envelope(row) for row in cursor.fetchall()}
        cursor.execute(TARGETS, [list(ids)])
        for entry_id, *target in cursor.fetchall():
            if entry_id in found:
                found[entry_id]["targets"].append(_target(target))
    return found


def _envelope(row: tuple[Any, ...]) -> Envelope:
    envelope = {
        "v": VERSION,
        "source": CODE,
        "id": str(row[0]),
        "firm": row[1],
        "code": row[2],
        "category": row[3],
        "occurred_at": row[4],
        "actor": {
            "domain": row[7],
            "user_id": row[8],
            "membership_id": row[9],
            "token_id": row[10],
            "job": row[11],
            "roles": read_exact(row[12]),
        },
        "request_id": row[13],
        "payload": read_exact(row[14]),
        "targets": [],
    }
    if row[5] is not None:
        envelope["created_at"] = row[5]
    if row[6] is not None:
        envelope["updated_at"] = row[6]
    # Entries that are older than the keeping of rows have none.
    if row[15] is not None:
        envelope["transaction_id"], envelope["transaction_at"] = row[15], row[16]
    return envelope


def _target(row: list[Any]) -> dict[str, Any]:
    target = {"id": row[0], "kind": row[1], "object_id": row[2]}
    for name, value in zip(("occurred_at", "created_at", "updated_at"), row[3:], strict=True):
        if value is not None:
            target[name] = value
    return target


def personal_values(ids: Sequence[UUID]) -> Iterable[Personal]:
    """The values of these entries that have not been erased."""
    rows = PersonalValue.objects.filter(entry__in=list(ids)).values_list("entry_id", "field", "salt", "value")
    for entry_id, field, salt, value in rows.iterator():
        yield Personal(object_id=entry_id, field=field, salt=bytes(salt), value=value)
