"""What is recorded stays, and what may be erased can be, without a trace being lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from firmament.kernel.ledger.events import Category, Change, Changed, Event, Text, every_code
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import COMMITMENT, commitment
from firmament.kernel.ledger.record import load_event, record
from firmament.kernel.ledger.timeline import activity
from firmament.lib.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"lamp_id": "lamps.lamp"}
    personal: ClassVar[frozenset[str]] = frozenset({"keeper"})
    sentence: ClassVar[Text] = "lit the lamp for {keeper}"

    lamp_id: UUID
    keeper: str | None = None
    hours: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LampMoved(Changed):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"lamp_id": "lamps.lamp"}
    sentence: ClassVar[Text] = "moved the lamp"

    lamp_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LampQuenched(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"lamp_id": "lamps.lamp"}
    sentence: ClassVar[Text] = "put out the lamp of {keeper}"
    formerly: ClassVar[tuple[str, ...]] = ("lamps.lamp_put_out",)

    lamp_id: UUID
    keeper: str


def test_an_entry_written_under_a_former_code_reads_as_ever(alice):
    event = LampQuenched(lamp_id=uuid7(), keeper="Zoë")
    entry = record(alice, event)
    older = Entry.objects.create(
        code="lamps.lamp_put_out",
        category="system",
        occurred_at=entry.occurred_at,
        domain="staff",
        user_id=alice.user_id,
        payload=entry.payload,
    )
    EntryTarget.objects.create(
        entry=older, kind="lamps.lamp", object_id=event.lamp_id, occurred_at=older.occurred_at
    )

    assert {row.sentence for row in activity("lamps.lamp", event.lamp_id)} == {"put out the lamp of Zoë"}
    assert load_event(older.pk) == event
    assert every_code(event.code) == ("test_record.lamp_quenched", "lamps.lamp_put_out")
    assert every_code("attic.long_gone") == ("attic.long_gone",)


def test_an_event_comes_back_as_it_was(alice):
    event = LampLit(lamp_id=uuid7(), keeper="Zoë O'Neill", hours=3)

    entry = record(alice, event)

    assert load_event(entry.pk) == event


def test_an_entry_says_who_what_and_when(alice):
    entry = record(alice, LampLit(lamp_id=uuid7()))

    assert (entry.code, entry.category) == ("test_record.lamp_lit", "system")
    assert (entry.user_id, entry.domain, entry.roles) == (alice.user_id, "staff", ["partner"])


def test_a_personal_value_is_in_the_payload_only_as_a_commitment(alice):
    entry = record(alice, LampLit(lamp_id=uuid7(), keeper="Zoë"))

    kept = PersonalValue.objects.get(entry=entry)
    assert "Zoë" not in str(entry.payload)
    assert entry.payload["keeper"] == {COMMITMENT: commitment(bytes(kept.salt), "Zoë")}


def test_erasing_the_value_leaves_the_entry_and_says_so(alice):
    lamp = uuid7()
    entry = record(alice, LampLit(lamp_id=lamp, keeper="Zoë"))

    PersonalValue.objects.filter(entry=entry).delete()

    assert Entry.objects.get(pk=entry.pk).payload["keeper"] == entry.payload["keeper"]
    assert activity("lamps.lamp", lamp)[0].sentence == "lit the lamp for (erased)"


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_entrytarget"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_can_neither_change_nor_remove_what_is_recorded(alice, table, statement):
    record(alice, LampLit(lamp_id=uuid7()))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_personal_value_cannot_be_rewritten(alice):
    entry = record(alice, LampLit(lamp_id=uuid7(), keeper="Zoë"))

    with pytest.raises(DatabaseError), transaction.atomic():
        PersonalValue.objects.filter(entry=entry).update(value="Somebody else")


def test_a_change_that_is_rolled_back_leaves_no_line(alice):
    lamp = uuid7()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(alice, LampLit(lamp_id=lamp))
        raise ZeroDivisionError

    assert not EntryTarget.objects.filter(object_id=lamp).exists()


def test_a_timeline_shows_the_newest_first_with_before_and_after(alice, queries):
    lamp = uuid7()
    record(alice, LampLit(lamp_id=lamp))
    record(alice, LampMoved(lamp_id=lamp, changes=(Change(field="Room", before="Hall", after="Attic"),)))

    with queries() as budget:
        rows = activity("lamps.lamp", lamp)

    assert [row.sentence for row in rows] == ["moved the lamp", "lit the lamp for "]
    assert rows[0].changes == (Change(field="Room", before="Hall", after="Attic"),)
    assert {row.who for row in rows} == {"Alice Partner"}
    assert budget.count == 4


def test_another_firm_sees_none_of_it(alice, globex, in_firm):
    lamp = uuid7()
    record(alice, LampLit(lamp_id=lamp))

    with in_firm(globex):
        assert activity("lamps.lamp", lamp) == []
