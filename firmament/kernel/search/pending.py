"""Vectors that are still to be made: who asks for them, and the work itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.search.gateways import Vector, model_code
from firmament.kernel.search.models import Chunk
from firmament.kernel.search.schema import in_force
from firmament.kernel.tenancy.actor import Actor

EMBED = "search.embed"
HAND = 64

WAITING = """
SELECT c.id, e.title, c.heading, c.text FROM search_chunk c
JOIN search_entry e ON e.firm_id = c.firm_id AND e.id = c.entry_id
WHERE c.model < %s OR c.model > %s ORDER BY c.model, c.id LIMIT %s
"""
# The row is another one if its text has changed meanwhile, so a vector can only meet the text it was made of.
WRITE = """
UPDATE search_chunk SET embedding = i.vector::halfvec, model = %s
FROM unnest(%s::uuid[], %s::text[]) AS i(id, vector) WHERE search_chunk.id = i.id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chunk without a vector of the model in force, and the text to make it of."""

    id: UUID
    text: str


def wants_meaning() -> bool:
    """Whether vectors are made at all: a model is in force and the server keeps vectors."""
    return bool(model_code()) and in_force()[0]


def ask_for_meaning() -> None:
    """Let vectors be made soon, once for however many changes come before it begins."""
    if not wants_meaning():
        return
    if not JobRun.objects.filter(code=EMBED, state=State.QUEUED).exists():
        enqueue(EMBED, actor=Actor.system(EMBED))


def count_waiting() -> int:
    """How many chunks of the firm have no vector of the model in force."""
    return Chunk.objects.exclude(model=model_code()).count()


def next_waiting(limit: int = HAND) -> list[Waiting]:
    """The next chunks to be embedded; those without any vector come first."""
    code = model_code()
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [code, code, limit])
        rows = cursor.fetchall()
    return [Waiting(pk, embedded_text(title, heading, text)) for pk, title, heading, text in rows]


def embedded_text(title: str, heading: str, text: str) -> str:
    """What the model reads: a part of a page means little without its title."""
    return ". ".join(part for part in (title, heading, text) if part)


def write_vectors(ids: Sequence[UUID], vectors: Sequence[Vector], *, code: str) -> None:
    """Keep the vectors of these chunks."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [code, list(ids), [literal(vector) for vector in vectors]])


def literal(vector: Sequence[float]) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(f'{number:.5g}' for number in vector)}]"
