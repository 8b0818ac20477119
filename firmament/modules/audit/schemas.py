"""What programs get of the audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from firmament.kernel.api.schemas import Out
from firmament.kernel.ledger.models import Entry
from firmament.modules.audit.reports.trail import NEEDED, joined, sentence


class WhoOut(Out):
    """Whose act it was: `user_id` and `name` are null for what the house does by itself."""

    domain: str
    user_id: UUID | None
    name: str | None
    token_id: UUID | None
    job: str
    roles: list[str]


class EntryOut(Out):
    """A line of the audit trail. In `payload` a personal value that has been erased is null."""

    id: UUID
    occurred_at: datetime
    code: str
    category: str
    who: WhoOut
    sentence: str
    request_id: str
    payload: dict[str, Any] = Field(description="The event's own fields; which they are depends on `code`.")

    @model_validator(mode="before")
    @classmethod
    def _of_entry(cls, value: Any) -> Any:
        """From a row of `reports.trail.entries_for`."""
        if not isinstance(value, Entry):
            return value
        row = {name: getattr(value, name) for name in NEEDED}
        return {
            "id": value.pk,
            "occurred_at": value.occurred_at,
            "code": value.code,
            "category": value.category,
            "who": {
                "domain": value.domain,
                "user_id": value.user_id,
                "name": row["who_name"],
                "token_id": value.token_id,
                "job": value.job,
                "roles": value.roles,
            },
            "sentence": sentence(row),
            "request_id": value.request_id,
            "payload": joined(row),
        }


class CheckpointOut(Out):
    """A signed checkpoint (C2SP tlog-checkpoint). `note` is the text to keep; `id` says nothing outside of here."""

    id: UUID
    size: int
    key_id: str
    note: str
    created_at: datetime


class EntryProofOut(Out):
    """That an entry stands in the log (RFC 9162 §2.1.3). Hashes are base64; `envelope` is what was hashed."""

    seq: int
    size: int
    leaf: str
    proof: list[str]
    checkpoint: str
    envelope: dict[str, Any]


class ConsistencyOut(Out):
    """That the log of `new` entries begins with that of `old` (RFC 9162 §2.1.4). Hashes are base64."""

    old: int
    new: int
    proof: list[str]
