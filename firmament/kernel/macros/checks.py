"""Start-up checks: a step that could not be run, or not be taken back, must not wait for its first macro."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from firmament.kernel.macros.parameters import TYPES
from firmament.kernel.macros.registry import Step, all_steps
from firmament.kernel.policies.powers import UnknownPower, declaration


@register()
def check_steps(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """macros.E001–E004: see each message."""
    return [problem for step in all_steps() for problem in faults(step)]


def faults(step: Step) -> Iterator[Error]:
    """What is wrong with one declaration."""
    try:
        thing = step.thing
    except (LookupError, ValueError, AssertionError) as problem:
        yield Error(f"{step.code}: {problem}.", id="macros.E001")
        return
    if not thing.view_power:
        yield Error(f"{step.code}: nobody sees a {step.model}, so nobody could run it.", id="macros.E001")
    if step.code.partition(".")[0] != thing._meta.app_label:
        yield Error(
            f"{step.code}: a step is named by the room of what it changes, and stands in its steps.py.",
            id="macros.E002",
        )
    for power in filter(None, (step.power, step.undo_power)):
        try:
            declared = declaration(power)
        except UnknownPower as problem:
            yield Error(f"{step.code}: {problem}.", id="macros.E003")
            continue
        if declared.prefix(thing._meta.label_lower) is None:
            yield Error(f"{step.code}: the power {power} is not about {step.model}.", id="macros.E003")
    for one in step.params:
        if one.type not in TYPES:
            yield Error(
                f"{step.code}.{one.name}: a parameter is not a {one.type}; take options, or days.",
                id="macros.E004",
            )
