"""Answering several questions at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from firmament.kernel.approvals.rooms import decide_in_its_room
from firmament.kernel.approvals.waiting import Waiting
from firmament.kernel.tenancy.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How many were answered, and those that were not, each with its reason."""

    done: int
    refused: tuple[tuple[str, str], ...]


def decide_together(actor: Actor, waiting: Iterable[Waiting], *, verdict: str, comment: str = "") -> Decided:
    """The same answer to each, as its room gives it. One that is refused, for it changed meanwhile, stops no other."""
    done, refused = 0, []
    for row in waiting:
        try:
            with transaction.atomic():
                decide_in_its_room(actor, row.approval, verdict=verdict, comment=comment)
        except ValidationError as problem:
            refused.append((row.name, " ".join(problem.messages)))
        else:
            done += 1
    return Decided(done=done, refused=tuple(refused))
