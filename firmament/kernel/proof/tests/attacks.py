"""What somebody who owns the database may do to a trail, each with where it has to be found."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from firmament.kernel.proof import entries, row_changes
from firmament.kernel.proof.leaves import leaf_of
from firmament.kernel.proof.verification import Found, examine
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib import notes
from firmament.lib.ids import uuid7
from firmament.lib.merkle import Frontier, root_of


@dataclass(frozen=True, slots=True)
class Expected:
    """The first thing that has to be named: an entry's number, or a row's id, or (both None) that something is wrong."""

    seq: int | None = None
    object_id: str = ""


class Superuser:
    """On the connection at hand, whose session belongs to a superuser and whose role is the application's."""

    def __init__(self) -> None:
        self.sql("SET LOCAL ROLE firmament_app")

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def attacking(self) -> Iterator[None]:
        """With every right and past every trigger that can be got past; afterwards the application again, with what was done."""
        self.sql("SET CONSTRAINTS ALL IMMEDIATE")
        self.sql("RESET ROLE")
        self.sql("SET LOCAL session_replication_role = replica")
        yield
        self.sql("SET LOCAL session_replication_role = origin")
        self.sql("SET LOCAL ROLE firmament_app")

    def try_out(self, attack: Callable[["Log"], Expected]) -> tuple[Expected, Found]:
        """What the attack should be found as, and what was found; then as if nothing had been."""
        with transaction.atomic():
            with self.attacking():
                expected = attack(Log(self))
            found = examine(current_firm_id())
            transaction.set_rollback(True)
        return expected, found


class Log:
    """The firm's log, as an attacker sees and changes it."""

    def __init__(self, superuser: Superuser) -> None:
        self.sql = superuser.sql
        self.firm = current_firm_id()
        rows = self.sql(
            "SELECT id, leaf, source FROM proof_logentry WHERE firm_id = %s ORDER BY seq", self.firm
        )
        self.ids = [row[0] for row in rows]
        self.leaves = [bytes(row[1]) for row in rows]
        self.entries = [seq for seq, row in enumerate(rows) if row[2] == entries.CODE]
        self.size = len(rows)

    def cover_up(self) -> None:
        """Make the log say what the rows say now: hashes, tree and size, everything but the signature."""
        rows = self.sql("SELECT id FROM proof_logentry WHERE firm_id = %s ORDER BY seq", self.firm)
        ids = [row[0] for row in rows]
        found = {**entries.envelopes(ids), **row_changes.envelopes(ids)}
        leaves = []
        for (pk,) in rows:
            leaves.append(leaf_of(found[pk]))
            self.sql("UPDATE proof_logentry SET leaf = %s WHERE id = %s", leaves[-1], pk)
        tree = Frontier()
        for leaf in leaves:
            tree.append(leaf)
        self.sql(
            "UPDATE proof_log SET size = %s, frontier = %s WHERE firm_id = %s",
            len(leaves),
            b"".join(tree.hashes),
            self.firm,
        )


COLUMNS = {
    "code": "'clients.client_archived'",
    "category": "CASE category WHEN 'finance' THEN 'auth' ELSE 'finance' END",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "created_at": "created_at - interval '1 day'",
    "updated_at": "updated_at + interval '3 days'",
    "domain": "CASE domain WHEN 'staff' THEN 'client' ELSE 'staff' END",
    "user_id": "gen_random_uuid()",
    "membership_id": "gen_random_uuid()",
    "token_id": "gen_random_uuid()",
    "job": "job || 'x'",
    "roles": '\'["partner", "x"]\'::jsonb',
    "request_id": "request_id || '0'",
    "payload": "payload || '{\"values\": 4711}'::jsonb",
}


def edit(log: Log, seq: int) -> Expected:
    column, value = random.choice(list(COLUMNS.items()))
    log.sql(f"UPDATE ledger_entry SET {column} = {value} WHERE id = %s", log.ids[seq])
    return Expected(seq)


def edit_deep_in_the_payload(log: Log, seq: int) -> Expected:
    ((text,),) = log.sql("SELECT payload::text FROM ledger_entry WHERE id = %s", log.ids[seq])
    payload = json.loads(text)
    match random.randrange(4):
        case 0:
            payload.pop(random.choice(list(payload)))
        case 1:
            payload[f"k{random.random()}"] = None
        case 2:
            payload["values"] = {"$number": str(payload.get("values"))}
        case _:
            payload["reason"] = {"hmac-sha256": "0" * 64}
    log.sql("UPDATE ledger_entry SET payload = %s::jsonb WHERE id = %s", json.dumps(payload), log.ids[seq])
    return Expected(seq)


def edit_a_target(log: Log, seq: int) -> Expected:
    change = random.choice(
        (
            "UPDATE ledger_entrytarget SET object_id = gen_random_uuid() WHERE entry_id = %s",
            "UPDATE ledger_entrytarget SET kind = kind || 's' WHERE entry_id = %s",
            "UPDATE ledger_entrytarget SET occurred_at = occurred_at - interval '1 hour' WHERE entry_id = %s",
            "DELETE FROM ledger_entrytarget WHERE entry_id = %s",
            "INSERT INTO ledger_entrytarget (id, firm_id, created_at, updated_at, occurred_at, kind, object_id, entry_id)"
            " SELECT gen_random_uuid(), firm_id, occurred_at, occurred_at, occurred_at, 'a.b', gen_random_uuid(), id"
            " FROM ledger_entry WHERE id = %s",
        )
    )
    log.sql(change, log.ids[seq])
    return Expected(seq)


def delete(log: Log, seq: int) -> Expected:
    pk = log.ids[seq]
    log.sql("DELETE FROM ledger_personalvalue WHERE entry_id = %s", pk)
    log.sql("DELETE FROM ledger_entrytarget WHERE entry_id = %s", pk)
    log.sql("DELETE FROM ledger_entry WHERE id = %s", pk)
    if random.random() < 0.5:
        log.sql("DELETE FROM proof_logentry WHERE id = %s", pk)
        if random.random() < 0.5:
            _close_gap(log, seq)
    return Expected(seq)


def _close_gap(log: Log, seq: int) -> None:
    log.sql("UPDATE proof_logentry SET seq = seq + 1000000 WHERE firm_id = %s AND seq > %s", log.firm, seq)
    log.sql("UPDATE proof_logentry SET seq = seq - 1000001 WHERE firm_id = %s AND seq > 999999", log.firm)
    log.cover_up()


def _insert_row(log: Log, like: UUID) -> UUID:
    pk = uuid7()
    log.sql(
        "INSERT INTO ledger_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', %s::text))).*"
        " FROM ledger_entry e WHERE id = %s",
        str(pk),
        like,
    )
    # Its trigger fires for a replica too. Left there, the note would have the row numbered as any that was just written.
    log.sql("DELETE FROM proof_pending WHERE object_id = %s", pk)
    return pk


def insert(log: Log, seq: int) -> Expected:
    return Expected(object_id=str(_insert_row(log, log.ids[seq])))


def insert_into_the_log(log: Log, seq: int) -> Expected:
    pk = _insert_row(log, log.ids[seq])
    log.sql("UPDATE proof_logentry SET seq = seq + 1000000 WHERE firm_id = %s AND seq >= %s", log.firm, seq)
    log.sql("UPDATE proof_logentry SET seq = seq - 999999 WHERE firm_id = %s AND seq > 999999", log.firm)
    log.sql(
        "INSERT INTO proof_logentry (id, firm_id, created_at, updated_at, seq, source, leaf)"
        " VALUES (%s, %s, now(), now(), %s, 'entry', '')",
        pk,
        log.firm,
        seq,
    )
    log.cover_up()
    return Expected(seq)


def swap(log: Log, seq: int) -> Expected:
    other = random.choice([n for n in log.entries if n != seq])
    one, two = log.ids[seq], log.ids[other]
    columns = ", ".join(COLUMNS)
    match random.randrange(3):
        case 0:
            log.sql(
                f"UPDATE ledger_entry e SET ({columns}) = (SELECT {columns} FROM ledger_entry o WHERE o.id ="
                " CASE e.id WHEN %s THEN %s::uuid ELSE %s::uuid END) WHERE e.id IN (%s, %s)",
                *(one, two, one, one, two),
            )
        case 1:
            log.sql("UPDATE proof_logentry SET seq = seq + 1000000 WHERE id IN (%s, %s)", one, two)
            log.sql("UPDATE proof_logentry SET seq = %s WHERE id = %s", other, one)
            log.sql("UPDATE proof_logentry SET seq = %s WHERE id = %s", seq, two)
            if random.random() < 0.5:
                log.cover_up()
        case _:
            log.sql("UPDATE proof_logentry SET leaf = %s WHERE id = %s", log.leaves[seq], two)
            log.sql("UPDATE proof_logentry SET leaf = %s WHERE id = %s", log.leaves[other], one)
    return Expected(min(seq, other))


def truncate(log: Log, seq: int) -> Expected:
    log.sql("DELETE FROM proof_logentry WHERE firm_id = %s AND seq >= %s", log.firm, seq)
    if random.random() < 0.7:
        log.sql("DELETE FROM ledger_entry WHERE id = ANY(%s)", log.ids[seq:])
    log.cover_up()
    log.sql("DELETE FROM proof_checkpoint WHERE firm_id = %s AND size > %s", log.firm, seq)
    return Expected(seq)


def edit_and_cover_up(log: Log, seq: int) -> Expected:
    random.choice((edit, edit_deep_in_the_payload, edit_a_target))(log, seq)
    log.cover_up()
    return Expected(seq)


def edit_cover_up_and_forge(log: Log, seq: int) -> Expected:
    """With a key of the attacker's own in the table, and every checkpoint signed by it."""
    edit_and_cover_up(log, seq)
    signer = notes.Signer.new("desk.example.com/w/acme")
    leaves = [
        bytes(row[0])
        for row in log.sql("SELECT leaf FROM proof_logentry WHERE firm_id = %s ORDER BY seq", log.firm)
    ]
    for pk, size in log.sql("SELECT id, size FROM proof_checkpoint WHERE firm_id = %s", log.firm):
        root = root_of(leaves[:size])
        text = notes.Checkpoint(origin=signer.name, size=size, root=root).text
        log.sql(
            "UPDATE proof_checkpoint SET note = %s, root = %s, key_id = %s WHERE id = %s",
            *(notes.sign_note(text, [signer]), root, signer.verifier.key_id, pk),
        )
    log.sql(
        "UPDATE proof_signingkey SET key_id = %s, verifier = %s WHERE firm_id = %s",
        *(signer.verifier.key_id, str(signer.verifier), log.firm),
    )
    return Expected(seq)


def change_a_hash(log: Log, seq: int) -> Expected:
    log.sql("UPDATE proof_logentry SET leaf = sha256(leaf) WHERE id = %s", log.ids[seq])
    return Expected(seq)


def change_a_value(log: Log, seq: int) -> Expected:
    change = random.choice(
        (
            "UPDATE ledger_personalvalue SET value = '\"Somebody else\"' WHERE entry_id = %s",
            "UPDATE ledger_personalvalue SET salt = sha256(salt) WHERE entry_id = %s",
            "UPDATE ledger_personalvalue SET field = 'values' WHERE entry_id = %s",
            "INSERT INTO ledger_personalvalue (id, firm_id, created_at, updated_at, field, salt, value, entry_id)"
            " SELECT gen_random_uuid(), firm_id, now(), now(), 'name', 'x', '1', id FROM ledger_entry WHERE id = %s",
        )
    )
    log.sql(change, log.ids[seq])
    return Expected(seq)


def change_a_checkpoint(log: Log, seq: int) -> Expected:
    change = random.choice(
        (
            "note = replace(note, E'\\n', E'\\n ')",
            "note = left(note, 40)",
            "root = sha256(root)",
            "size = size + 1",
            "key_id = '00000000'",
        )
    )
    log.sql(
        f"UPDATE proof_checkpoint SET {change} WHERE id ="
        " (SELECT id FROM proof_checkpoint WHERE firm_id = %s ORDER BY random() LIMIT 1)",
        log.firm,
    )
    return Expected()


ATTACKS: tuple[Callable[[Log, int], Expected], ...] = (
    edit,
    edit_deep_in_the_payload,
    edit_a_target,
    delete,
    insert,
    insert_into_the_log,
    swap,
    truncate,
    edit_and_cover_up,
    edit_cover_up_and_forge,
    change_a_hash,
    change_a_value,
    change_a_checkpoint,
)


def located(expected: Expected, found: Found) -> bool:
    """Whether the first fault that was told is the one that had to be."""
    told = found.told()
    if not told:
        return False
    if expected.object_id:
        return any(fault.object_id == expected.object_id for fault in told)
    return expected.seq is None or told[0].seq == expected.seq
