"""The catalogue of steps: each declared once, in the `steps.py` of the room whose things it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from firmament.kernel.macros.parameters import Parameter, Text
from firmament.kernel.tenancy.models import FirmModel

Snapshot = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a macro can do to a thing of `model`.

    `run(actor, thing, **params)` is the room's own action: it asks for `power`, changes and records; ValidationError where
    the thing is not in a state for it. `preview`, called alike, says in a sentence what it would do. `remember(thing)` is what the step may change, as text by name: the kernel keeps it from before and from after,
    and takes a step back only where it still finds what stood there after. `undo(actor, thing, before)` makes it so
    again, by an action too; it asks for `undo_power`, where that is another.

    `formerly`: codes of earlier releases, since macros are kept for good.
    """

    code: str
    title: Text
    model: str
    power: str
    preview: Callable[..., Text]
    run: Callable[..., object]
    remember: Callable[[Any], Snapshot]
    undo: Callable[[Any, Any, Snapshot], object]
    params: tuple[Parameter, ...] = ()
    undo_power: str = ""
    formerly: tuple[str, ...] = ()

    @property
    def thing(self) -> type[FirmModel]:
        """The model's class."""
        found = apps.get_model(self.model)
        assert issubclass(found, FirmModel), f"{self.model} is no firm's table"
        return found


class UnknownStep(LookupError):
    """No room here offers a step of this code."""


_declared: dict[str, Step] = {}
_former: dict[str, str] = {}


def declare_steps(*steps: Step) -> None:
    """Add to the catalogue. ValueError for a code that is there already."""
    for step in steps:
        for code in (step.code, *step.formerly):
            if code in _declared or code in _former:
                raise ValueError(f"There are two steps of the code {code}.")
        _declared[step.code] = step
        _former.update(dict.fromkeys(step.formerly, step.code))


def step_of(code: str) -> Step:
    """The step of a code, present or former; UnknownStep."""
    try:
        return _declared[_former.get(code, code)]
    except KeyError as unknown:
        raise UnknownStep(code) from unknown


def all_steps() -> tuple[Step, ...]:
    """The whole catalogue, by code."""
    return tuple(_declared[code] for code in sorted(_declared))


def columns(*names: str) -> Callable[[models.Model], Snapshot]:
    """A `remember` for a step that changes columns of the thing itself ("state", "owner_id"); "" for nothing."""

    def remember(thing: models.Model) -> Snapshot:
        values = {name: getattr(thing, name) for name in names}
        return {name: "" if value is None else str(value) for name, value in values.items()}

    return remember
