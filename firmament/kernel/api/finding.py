"""Searching the firm, for programs: what the token's maker may see, within the token's scopes."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from firmament.kernel.api.operations import operation
from firmament.kernel.api.problems import Problem
from firmament.kernel.api.schemas import Out
from firmament.kernel.search.find import Mode, Why, search
from firmament.kernel.search.policies import Can
from firmament.kernel.search.sources import source_of
from firmament.kernel.web.requests import FirmRequest

router = Router(tags=["search"])


class SearchPart(Out):
    """A stretch of plain text; `marked` where it is what was asked for."""

    text: str
    marked: bool


class SearchHit(Out):
    """One answer. `kind` and `object_id` name the object, `url` the page that opens it ("" where there is none)."""

    kind: str
    object_id: UUID
    title: str
    subtitle: str
    excerpt: list[SearchPart]
    url: str
    score: float
    why: Why


class SearchAnswer(Out):
    """The best answers, the best first. At most the first hundred can be reached."""

    items: list[SearchHit]


Question = Annotated[str, Field(min_length=1, max_length=500, description="What is looked for.")]
KindName = Annotated[str, Field(max_length=80, description="Only this kind, such as `clients.client`.")]
HitLimit = Annotated[int, Field(ge=1, le=50, description="How many hits at most.")]
HitOffset = Annotated[int, Field(ge=0, le=99, description="How many hits to pass over.")]


@router.get("", response=SearchAnswer, operation_id="search")
@operation(Can.FIND)
def search_everything(
    request: FirmRequest,
    q: Question,
    kind: KindName = "",
    limit: HitLimit = 20,
    offset: HitOffset = 0,
    mode: Literal["words", "meaning", "both"] = "both",
) -> SearchAnswer:
    """Words (“in quotes” only together, -without) and meaning, over everything the token may see."""
    if kind and source_of(kind.lower()) is None:
        told = {"path": "query/kind", "code": "unknown", "message": "There is no such kind."}
        raise Problem(422, "invalid", errors=[told])
    hits = search(
        request.actor, q, kinds=[kind] if kind else None, limit=limit, offset=offset, mode=Mode(mode)
    )
    return SearchAnswer.model_validate({"items": hits}, from_attributes=True)
