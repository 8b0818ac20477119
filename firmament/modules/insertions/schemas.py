"""What programs send and get about the use of wording. Values are filled in and never kept."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from firmament.kernel.api.answers import JsonObject, shape
from firmament.kernel.api.schemas import MemberOut, Out
from firmament.kernel.api.wordings import Context, PlaceIn


class UseIn(PlaceIn):
    """Where a text goes, whom it is about, and the values that are asked for."""


class InsertedOut(Out):
    use_id: UUID
    text: str
    locale: str


class UseOut(Out):
    id: UUID
    number: int
    checksum: str
    locale: str
    member: MemberOut
    channel: Context
    place: str
    client_id: UUID | None
    survived: int | None = Field(description="Thousandths of the words that stood in what was sent.")
    sent_at: datetime | None
    created_at: datetime


USE = shape(UseOut, member=JsonObject(id="member_id", name="member__user__name"))
