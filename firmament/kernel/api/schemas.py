"""What schemas of all rooms share."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict, BaseModel),
    "null": (type(None),),
}


class In(BaseModel):
    """What comes in: as the document announces it, and nothing else.

    A member nobody knows is refused: it would be a mistake, or an attempt. So is a value of another JSON type, which
    pydantic would read kindly: 0 as the first of January 1970, "yes" as true.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _of_the_announced_type(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = _announced(cls)[info.field_name or ""]
        if isinstance(value, _types_of(kinds)) and (not isinstance(value, bool) or "boolean" in kinds):
            return value
        raise PydanticCustomError("wrong_type", "Send {kinds}.", {"kinds": " or ".join(sorted(kinds))})


class Exact(In):
    """As `In`, and text stays as it was sent, blanks at the ends included."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Out(BaseModel):
    """What goes out. Read from attributes, so a model instance will do."""

    model_config = ConfigDict(from_attributes=True)


class MemberOut(Out):
    """A member of the firm."""

    id: UUID
    name: str


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
NewestSort = Literal["created_at", "-created_at", "updated_at", "-updated_at"]


@cache
def _announced(schema: type[BaseModel]) -> Mapping[str, frozenset[str]]:
    """The JSON types that the document allows for each member."""
    document = schema.model_json_schema()
    defined = document.get("$defs", {})
    return {
        name: frozenset(_kinds_in(document["properties"][field.alias or name], defined))
        for name, field in schema.model_fields.items()
    }


def _kinds_in(part: Mapping[str, Any], defined: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in part:
        yield from _kinds_in(defined[part["$ref"].rpartition("/")[2]], defined)
    elif "type" in part:
        yield part["type"]
    else:
        alternatives = [*part.get("anyOf", ()), *part.get("oneOf", ()), *part.get("allOf", ())]
        for alternative in alternatives:
            yield from _kinds_in(alternative, defined)
        if not alternatives:
            yield from _KINDS


@cache
def _types_of(kinds: frozenset[str]) -> tuple[type, ...]:
    return tuple(found for kind in kinds for found in _KINDS[kind])
