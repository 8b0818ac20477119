"""What schemas of all rooms share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class In(BaseModel):
    """What comes in. A member nobody knows is refused: it would be a mistake, or an attempt."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """What goes out. Read from attributes, so a model instance will do."""

    model_config = ConfigDict(from_attributes=True)


class ProblemError(BaseModel):
    """One value that was not accepted."""

    path: str = Field(description="JSON pointer into the body, or query/…, header/…")
    code: str
    message: str


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable; programs may rely on it.")
    detail: str | None = None
    errors: list[ProblemError] | None = None
    request_id: str


# What the database's integer column holds; a larger number would reach it and fail there.
Int = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
BigInt = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
