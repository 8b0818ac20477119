"""What programs send and get. Text is kept exactly as it was sent, blanks at the ends included."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import F
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, JsonOrNull, shape
from firmament.kernel.api.schemas import Exact, MemberOut, Out

Name = Annotated[str, Field(min_length=1, max_length=200)]
Short = Annotated[str, Field(max_length=40)]
Line = Annotated[str, Field(max_length=200)]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"})]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$", description="ISO 3166-1 alpha-2, or empty.")]
Kind = Literal["organisation", "person"]
ClientState = Literal["active", "inactive", "archived"]
ContactState = Literal["active", "former"]


class ClientOut(Out):
    id: UUID
    kind: Kind
    name: str
    reference: str
    state: ClientState
    owner: MemberOut | None = Field(description="The member of the firm who answers for the client.")
    email: str
    phone: str
    vat_id: str
    address_line1: str
    address_line2: str
    postal_code: str
    city: str
    country: str
    notes: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ContactOut(Out):
    id: UUID
    client_id: UUID
    name: str
    email: str
    phone: str
    title: str
    primary: bool
    state: ContactState
    user_id: UUID | None = Field(description="The account in the portal, where there is one.")
    created_at: datetime
    updated_at: datetime


class ClientIn(Exact):
    kind: Kind = "organisation"
    name: Name
    reference: Annotated[str, Field(max_length=24)] = ""
    owner_id: UUID | None = Field(default=None, description="A membership; without one, the token's maker.")
    email: Email = ""
    phone: Short = ""
    vat_id: Short = ""
    address_line1: Line = ""
    address_line2: Line = ""
    postal_code: Annotated[str, Field(max_length=20)] = ""
    city: Annotated[str, Field(max_length=120)] = ""
    country: Country = ""
    notes: Annotated[str, Field(max_length=10_000)] = ""


# In a change, a member that is left out stays as it is. A default made by a factory is not told in the document,
# where it would read as if leaving a member out emptied it.
class ClientPatch(Exact):
    kind: Kind = Field(default_factory=lambda: "organisation")
    name: Name = Field(default_factory=str)
    reference: Annotated[str, Field(max_length=24)] = Field(default_factory=str)
    owner_id: UUID | None = Field(default_factory=lambda: None, description="A membership; null: nobody.")
    email: Email = Field(default_factory=str)
    phone: Short = Field(default_factory=str)
    vat_id: Short = Field(default_factory=str)
    address_line1: Line = Field(default_factory=str)
    address_line2: Line = Field(default_factory=str)
    postal_code: Annotated[str, Field(max_length=20)] = Field(default_factory=str)
    city: Annotated[str, Field(max_length=120)] = Field(default_factory=str)
    country: Country = Field(default_factory=str)
    notes: Annotated[str, Field(max_length=10_000)] = Field(default_factory=str)


class ContactIn(Exact):
    name: Name
    email: Email = ""
    phone: Short = ""
    title: Annotated[str, Field(max_length=120)] = ""
    primary: bool = False


class ContactPatch(Exact):
    name: Name = Field(default_factory=str)
    email: Email = Field(default_factory=str)
    phone: Short = Field(default_factory=str)
    title: Annotated[str, Field(max_length=120)] = Field(default_factory=str)


CLIENT = shape(
    ClientOut, owner=JsonOrNull(F("owner_id"), JsonObject(id="owner_id", name="owner__user__name"))
)
CONTACT = shape(ContactOut)
