"""What programs get of the audit trail."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, model_validator

from firmament.kernel.api.schemas import Out
from firmament.kernel.ledger.events import Category, every_code
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.search import Asked
from firmament.kernel.web.filters import MAX_WORDS, searched
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.reports.asking import things_of
from firmament.modules.audit.reports.trail import NEEDED, joined, sentence

Area = Literal[
    "auth",
    "permissions",
    "break_glass",
    "finance",
    "documents",
    "esignature",
    "data_access",
    "configuration",
    "clients",
    "system",
]
# The list above is spelt out for the document; a category that comes later must not be forgotten in it.
assert set(Area.__args__) == set(Category.values)  # type: ignore[attr-defined]  # a Literal's own
Code = Annotated[str, Field(max_length=80, description="An event, such as `clients.client_created`.")]


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


class TrailFilters(Schema):
    """The filters of the page, by the names that programs use; each narrows what the others leave."""

    category: Area | None = None
    code: Code = ""
    text: Annotated[str, Field(max_length=200, description="Words that stand in the code.")] = ""
    outcome: Literal["done", "denied", "failed"] | None = None
    door: Literal["staff", "client", "token", "system", "operator"] | None = None
    user_id: Annotated[UUID | None, Field(description="Whose acts, by the account.")] = None
    token_id: Annotated[UUID | None, Field(description="Which program’s acts.")] = None
    object_id: Annotated[
        UUID | None,
        Field(description="What entries are about; of a person the membership or the account."),
    ] = None
    request_id: Annotated[str, Field(max_length=64, description="Of one request.")] = ""
    since: datetime | None = None
    before: datetime | None = None

    def asked(self) -> Asked:
        """As a question to the trail."""
        return Asked(
            user_id=self.user_id,
            token_id=self.token_id,
            objects=things_of(self.object_id) if self.object_id else (),
            category=self.category or "",
            codes=every_code(self.code) if self.code else (),
            words=tuple(searched(self.text).split()[:MAX_WORDS]),
            outcome=self.outcome or "",
            domains=(self.door,) if self.door else (),
            request_id=searched(self.request_id),
            since=self.since,
            before=self.before,
        )

    def reading(self) -> TrailRead:
        """As it is written down."""
        return TrailRead(
            who=self.user_id,
            token_id=self.token_id,
            object_id=self.object_id,
            area=self.category or "",
            event=self.code.replace("\x00", ""),
            outcome=self.outcome or "",
            doors=(self.door,) if self.door else (),
            request=searched(self.request_id),
            text=searched(self.text),
            first_day=self.since.date() if self.since else None,
            last_day=self.before.date() if self.before else None,
        )
