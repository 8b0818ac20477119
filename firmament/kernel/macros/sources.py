"""Where macros come from: rooms whose things carry steps, such as snippets.

A room's AppConfig names, under `macro_sources`, functions `(actor, pk) -> Iterable[Macro]`: those that the actor may use now,
all of them or the one of this id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

from firmament.kernel.macros.parsing import Call, parse_steps
from firmament.kernel.macros.records import Source
from firmament.kernel.macros.registry import all_steps
from firmament.kernel.macros.things import kinds_for
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.tenancy.models import FirmModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """Steps that somebody wrote, as they are kept, and what they stand in. `about` says when to use them."""

    source: Source
    steps: Iterable[Mapping[str, object]]
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A macro that can be run from one kind of thing."""

    macro: Macro
    calls: tuple[Call, ...]


def macro_of(actor: Actor, pk: UUID) -> Macro | None:
    """The macro of this id, where the actor may use it now."""
    return next((macro for find in offered("macro_sources") for macro in find(actor, pk)), None)


def offers_for(actor: Actor, model: type[FirmModel]) -> list[Offer]:
    """The macros that the actor may use on this kind of thing, by title; those whose steps are gone are left out."""
    found = []
    for find in offered("macro_sources"):
        for macro in find(actor, None):
            try:
                calls = parse_steps(actor, macro.steps)
            except ValidationError:
                # It says why on its own page, to those who can mend it.
                continue
            if calls and model in kinds_for(call.step for call in calls):
                found.append(Offer(macro=macro, calls=calls))
    return sorted(found, key=lambda offer: (offer.macro.source.title.casefold(), offer.macro.source.id))


def kinds() -> dict[str, type[FirmModel]]:
    """Every kind of thing that macros can be run from, by its label in lower case."""
    return {step.thing._meta.label_lower: step.thing for step in all_steps()}


def target_of(actor: Actor, kind: str, pk: UUID) -> FirmModel | None:
    """The thing to run a macro from, where there is one that the actor may see."""
    model = kinds().get(kind)
    if model is None:
        return None
    found: FirmModel | None = model.objects.visible_to(actor).filter(pk=pk).first()
    return found
