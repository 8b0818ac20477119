"""Telling two entries that changed places from two that were edited."""

from typing import Any
from uuid import UUID

from firmament.kernel.proof.leaves import leaf_of
from firmament.kernel.proof.sources import Envelope, Source

# Each is tried with each other; beyond so many nobody asks which two they were.
TRIED = 60
TIMES = ("occurred_at", "created_at", "updated_at")

Changed = dict[int, tuple[UUID, Source | None, Envelope, bytes]]


def exchanged_pairs(changed: Changed) -> dict[int, int]:
    """By number, those whose content stands in the other's row: put back, each has the leaf that was signed."""
    pairs: dict[int, int] = {}
    numbers = sorted(changed)[:TRIED]
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            if one in pairs or other in pairs:
                continue
            if _fits(changed[one], changed[other]) and _fits(changed[other], changed[one]):
                pairs[one], pairs[other] = other, one
    return pairs


def _fits(
    content: tuple[UUID, Source | None, Envelope, bytes], place: tuple[UUID, Source | None, Envelope, bytes]
) -> bool:
    """Whether the content of one row is what was signed for the other's place."""
    moved = {**content[2], "id": place[2]["id"]}
    if "targets" in moved:
        # What an entry is about stayed with its row; its times are told where they differ from the entry's own.
        moved["targets"] = [
            _retold(target, place[2]["occurred_at"], moved["occurred_at"]) for target in place[2]["targets"]
        ]
    return leaf_of(moved) == place[3]


def _retold(target: dict[str, Any], now: str, then: str) -> dict[str, Any]:
    told = {**{name: target.get(name, now) for name in TIMES}, **target}
    return {name: value for name, value in told.items() if name not in TIMES or value != then}
