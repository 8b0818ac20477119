"""What is true of the running transaction: its firm, its cache. No models here, so the engine may import it."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class NoFirm(RuntimeError):
    """Firm data was asked for outside a firm transaction."""


@dataclass(frozen=True, slots=True)
class PendingBegin:
    """How the next BEGIN on this alias is to be sent."""

    alias: str
    firm_id: UUID
    read_only: bool
    request_id: str = ""


@dataclass(slots=True)
class Ambient:
    """One firm transaction: the firm, and answers that hold as long as it lasts."""

    firm_id: UUID
    read_only: bool
    cache: dict[Any, Any] = field(default_factory=dict)


# Set by the web middleware and the worker; what happens outside a request has none.
request_id: ContextVar[str] = ContextVar("ledger_request_id", default="")
pending_begin: ContextVar[PendingBegin | None] = ContextVar("pending_begin", default=None)
ambient: ContextVar[Ambient | None] = ContextVar("firm_transaction", default=None)


def current_firm_id() -> UUID:
    """The firm of the running transaction; `NoFirm` outside one."""
    here = ambient.get()
    if here is None:
        raise NoFirm("No firm is set: open firm_transaction(firm_id) first.")
    return here.firm_id


def transaction_cache() -> dict[Any, Any]:
    """Answers worth keeping until this firm transaction ends; empty at its start."""
    here = ambient.get()
    if here is None:
        raise NoFirm("No firm is set: open firm_transaction(firm_id) first.")
    return here.cache
