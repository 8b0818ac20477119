"""Asking for approval and deciding, as programs send it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from firmament.kernel.api.schemas import Exact

Words = Annotated[str, Field(max_length=2000)]
Verdict = Literal["approve", "reject"]


class AskIn(Exact):
    note: Words = ""
    due_on: date | None = None


class VerdictIn(Exact):
    comment: Words = ""
