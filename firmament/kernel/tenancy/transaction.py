"""The transaction that belongs to one firm."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from firmament.kernel.tenancy.ambient import (
    Ambient,
    NoFirm,
    PendingBegin,
    ambient,
    current_firm_id,
    pending_begin,
    request_id,
    transaction_cache,
)
from firmament.kernel.tenancy.models import Firm
from firmament.lib.instant import hold

__all__ = [
    "NoFirm",
    "current_firm",
    "current_firm_id",
    "each_firm",
    "firm_transaction",
    "transaction_cache",
    "witness_cross_firm_work",
]

_witness: list[Callable[[str], None]] = []


@contextmanager
def firm_transaction(
    firm_id: UUID, *, read_only: bool = False, using: str = DEFAULT_DB_ALIAS
) -> Iterator[None]:
    """Run the block in one transaction in which PostgreSQL shows this firm's rows and no others.

    Inside another transaction it is a savepoint, and the outer firm is set again at its end. The
    setting is local to the transaction: a pooled connection carries nothing over.
    """
    connection = connections[using]
    nested = connection.in_atomic_block
    outer = ambient.get()
    begin = pending_begin.set(None if nested else PendingBegin(using, firm_id, read_only, request_id.get()))
    here = ambient.set(Ambient(firm_id, read_only))
    try:
        with hold(), transaction.atomic(using=using):
            pending_begin.set(None)
            if nested:
                _enter_firm(connection, firm_id, read_only=read_only)
            yield
            if nested and not connection.needs_rollback:
                # Rolling a savepoint back restores the setting by itself; releasing one does not.
                _set_firm(connection, str(outer.firm_id) if outer else "")
    finally:
        ambient.reset(here)
        pending_begin.reset(begin)


def _enter_firm(connection: BaseDatabaseWrapper, firm_id: UUID, *, read_only: bool) -> None:
    _set_firm(connection, str(firm_id))
    if read_only:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")


def _set_firm(connection: BaseDatabaseWrapper, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.firm_id', %s, true)", [value])


def current_firm() -> Firm:
    """The firm of the running transaction, read once."""
    cache = transaction_cache()
    if Firm not in cache:
        cache[Firm] = Firm.objects.get(pk=current_firm_id())
    firm = cache[Firm]
    assert isinstance(firm, Firm)
    return firm


def witness_cross_firm_work(witness: Callable[[str], None]) -> None:
    """Name who writes down the reason in each firm's ledger (the ledger, at start)."""
    _witness[:] = [witness]


def each_firm(*, reason: str) -> Iterator[Firm]:
    """Every firm that is not canceled, one after another, each in a transaction of its own.

    The one doorway for work across firms: the reason goes into every firm's ledger. Leaving the loop
    early, or an error in its body, rolls back the firm at hand and keeps those before it.
    """
    if not _witness:
        raise RuntimeError("No ledger witnesses work across firms; refusing to do it unseen.")
    for firm in list(Firm.objects.exclude(state=Firm.State.CANCELED).order_by("pk")):
        with firm_transaction(firm.pk):
            _witness[0](reason)
            yield firm
