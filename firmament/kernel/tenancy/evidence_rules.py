"""What the law step writes down about evidence: which event may tell of which change of a regulated row.

Rooms declare it in their `evidence.py`, which the ledger gathers. This floor lies below and asks through a hook.
"""

from collections.abc import Callable
from typing import NamedTuple

STANDING_RULES = "SELECT of_table, operation, column_name, becomes, code FROM ledger_evidence"


class EvidenceRule(NamedTuple):
    """One event that may tell of one change.

    `column` is empty where a row is added or deleted; `becomes` is the value the column then has ("" for none at all),
    or None for any that no other rule names. An empty `code`: nothing needs to be told.
    """

    table: str
    operation: str
    column: str
    becomes: str | None
    code: str


def _nobody() -> frozenset[EvidenceRule]:
    raise RuntimeError("No ledger says what evidence the regulated tables ask for.")


_source: list[Callable[[], frozenset[EvidenceRule]]] = [_nobody]


def set_evidence_rules(source: Callable[[], frozenset[EvidenceRule]]) -> None:
    """Name who knows the rules (the ledger, at start)."""
    _source[:] = [source]


def evidence_rules() -> frozenset[EvidenceRule]:
    """Every rule that is declared, as it is to stand in the database."""
    return _source[0]()


def laid(rules: frozenset[EvidenceRule]) -> str:
    """The statements that put these rules, and no others, into the database; sent at once they are one transaction."""
    rows = ", ".join(f"({', '.join(_literal(part) for part in rule)})" for rule in sorted(rules, key=str))
    return (
        "DELETE FROM ledger_evidence;"
        f" INSERT INTO ledger_evidence (of_table, operation, column_name, becomes, code) VALUES {rows}"
    )


def _literal(part: str | None) -> str:
    return "NULL" if part is None else "'" + part.replace("'", "''") + "'"
