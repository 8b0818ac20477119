"""What is regulated, and which event is the evidence of it.

A room says in its `evidence.py` which of its events may tell of which change of a regulated row (`row_history`). The law
step lays that into the database, which looks at every commit: a change that no event of its transaction tells of is
refused to the application, whatever code made it. A room may also name an event of its own for another's table: who
purges a client takes its walls away, and says so once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from firmament.kernel.ledger.events import Event, every_code
from firmament.kernel.ledger.models import RowChange, RowChangeQuerySet
from firmament.kernel.tenancy.evidence_rules import EvidenceRule
from firmament.kernel.tenancy.law import app_privileges, firm_models
from firmament.kernel.tenancy.models import FirmModel

INSERT, UPDATE, DELETE = "insert", "update", "delete"
OPERATIONS = (INSERT, UPDATE, DELETE)

# What every table has: nobody changes the first three, and the last one says nothing by itself.
COMMON_FIELDS = frozenset({"id", "firm", "created_at", "updated_at"})
# A field that holds nothing, as `becoming` names it.
NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One thing that can happen to a regulated row, and the events of which one must say so.

    `fields` only of an update. `becomes`: the value that all of them then have; None for any other. `never` says why
    it does not happen at all, and `silent` why nobody needs to be told.
    """

    operation: str
    events: tuple[type[Event], ...] = ()
    fields: tuple[str, ...] = ()
    becomes: str | None = None
    never: str = ""
    silent: str = ""
    model: str = ""


_declared: list[Transition] = []


def declare_evidence(model: str, *transitions: Transition) -> None:
    """Say what can happen to the rows of a regulated model ("policies.Team")."""
    _declared.extend(replace(one, model=model) for one in transitions)


def added(*events: type[Event]) -> Transition:
    """A row comes to be."""
    return Transition(operation=INSERT, events=events)


def deleted(*events: type[Event]) -> Transition:
    """A row goes."""
    return Transition(operation=DELETE, events=events)


def changed(*fields: str, by: tuple[type[Event], ...]) -> Transition:
    """One or more of these fields get another value."""
    return Transition(operation=UPDATE, fields=fields, events=by)


def becoming(field: str, value: str, *events: type[Event]) -> Transition:
    """The field gets this value; NOTHING where it is emptied."""
    return Transition(operation=UPDATE, fields=(field,), becomes=value, events=events)


def fixed(*fields: str, why: str) -> Transition:
    """These fields never change once the row is there; the database refuses it."""
    return Transition(operation=UPDATE, fields=fields, never=why)


def stays(*, why: str) -> Transition:
    """A row of this table stays; the database refuses to let it go."""
    return Transition(operation=DELETE, never=why)


def silent(*fields: str, why: str) -> Transition:
    """Changes of these fields are nobody's act, so no event tells of them."""
    return Transition(operation=UPDATE, fields=fields, silent=why)


def transitions() -> tuple[Transition, ...]:
    """All that was declared, in the order of tables."""
    return tuple(sorted(_declared, key=lambda one: (one.model.lower(), OPERATIONS.index(one.operation))))


def regulated_models() -> list[type[FirmModel]]:
    """The tables that keep a history of each row."""
    return [model for model in firm_models() if model.row_history]


def possible_operations(model: type[FirmModel]) -> tuple[str, ...]:
    """What the application is able to do with the rows of a table."""
    return tuple(one for one in OPERATIONS if one.upper() in app_privileges(model))


@cache
def rules() -> frozenset[EvidenceRule]:
    """The declarations as the database keeps them. Former codes of an event count: another host may still write them."""
    return frozenset(rule for one in _declared for rule in _rules_of(one))


def _rules_of(one: Transition) -> Iterator[EvidenceRule]:
    table = apps.get_model(one.model)._meta.db_table
    codes = [code for event in one.events for code in every_code(event.code)] or ([""] if one.silent else [])
    for column in _columns(one):
        for code in codes:
            yield EvidenceRule(table, one.operation, column, one.becomes, code)


def _columns(one: Transition) -> list[str]:
    if one.operation != UPDATE:
        return [""]
    model = apps.get_model(one.model)
    return [str(getattr(model._meta.get_field(name), "column", name)) for name in one.fields]


def untold_changes(since: datetime | None = None) -> RowChangeQuerySet:
    """Changes of regulated rows, of the firm at hand, that no event of their transaction tells of; newest first.

    None is the only good answer. What stands here was done by a hand on the database or by a migration, whose database
    role the change names (`session_role`), or before the table was regulated: the application cannot do it.
    """
    changes = RowChange.objects.untold()
    return (changes.filter(occurred_at__gte=since) if since else changes).order_by("-occurred_at", "-id")


def problems() -> Iterator[tuple[str, str]]:
    """What is declared wrongly, or not at all, as (id of the check, sentence)."""
    regulated = {model._meta.label: model for model in regulated_models()}
    for one in _declared:
        yield from _wrong(one, regulated)
    for label, model in regulated.items():
        yield from _undeclared(label, model)


def _wrong(one: Transition, regulated: dict[str, type[FirmModel]]) -> Iterator[tuple[str, str]]:
    model = regulated.get(one.model)
    if model is None:
        yield "ledger.E002", f"{one.model}: has evidence declared, but keeps no history of its rows."
        return
    for event in one.events:
        if every_code(event.code)[0] != event.code or not event.sentence:
            yield "ledger.E003", f"{one.model}: {event.__name__} is no event that can be recorded."
    if not (one.events or one.never or one.silent):
        yield "ledger.E003", f"{one.model}: {one.operation} names no event and gives no reason."
    for name in one.fields:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            yield "ledger.E004", f"{one.model}: has no field {name}."


def _undeclared(label: str, model: type[FirmModel]) -> Iterator[tuple[str, str]]:
    declared = [one for one in _declared if one.model == label]
    for operation in possible_operations(model):
        if not any(one.operation == operation for one in declared):
            yield "ledger.E001", f"{label}: nobody says which event tells of {operation}."
    if UPDATE not in possible_operations(model):
        return
    told = {name for one in declared if one.operation == UPDATE for name in one.fields}
    for field in model._meta.concrete_fields:
        if field.name not in told | COMMON_FIELDS:
            yield "ledger.E001", f"{label}: nobody says which event tells of a change of {field.name}."
