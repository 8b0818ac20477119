"""From the JSON in which a macro is kept to steps that can be run, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.macros.parameters import Values, clean_params
from firmament.kernel.macros.registry import Step, UnknownStep, step_of
from firmament.kernel.macros.things import kinds_for
from firmament.kernel.tenancy.actor import Actor

MOST = 20
KEYS = frozenset(["code", "params"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One step of a macro, with the values it was given."""

    step: Step
    params: Values

    def words(self, actor: Actor) -> list[tuple[str, str]]:
        """Label and value of each parameter, as people read them; what is empty is left out."""
        return [
            (str(one.label), one.shown(actor, self.params[one.name]))
            for one in self.step.params
            if self.params[one.name] is not None
        ]


class StepsError(ValidationError):
    """Steps that cannot be kept: messages under `steps`, each naming the step it is about."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__({"steps": list(problems)})


def parse_steps(actor: Actor, data: object) -> tuple[Call, ...]:
    """The steps that JSON describes, `[{"code": …, "params": {…}}]`, in their order; `StepsError` with all that is wrong.

    Asked when a macro is saved, and again before it runs: a room, a person or an option may be gone by then.
    """
    if not isinstance(data, list | tuple):
        raise StepsError([_("The steps are a list.")])
    if len(data) > MOST:
        raise StepsError([_("A macro has at most %(n)s steps.") % {"n": MOST}])
    calls: list[Call] = []
    problems: list[str] = []
    for number, row in enumerate(data, 1):
        try:
            calls.append(_parse(actor, row))
        except ValidationError as wrong:
            named = {"number": number, "problem": " ".join(wrong.messages)}
            problems.append(_("Step %(number)s: %(problem)s") % named)
    if problems:
        raise StepsError(problems)
    if calls and not kinds_for(call.step for call in calls):
        raise StepsError([_("These steps are about things that have nothing to do with each other.")])
    return tuple(calls)


def steps_data(calls: Sequence[Call]) -> list[dict[str, object]]:
    """The steps as JSON, from which `parse_steps` makes them again. What is empty is left out."""
    return [
        {
            "code": call.step.code,
            "params": {
                name: value if isinstance(value, bool | int | str) else str(value)
                for name, value in call.params.items()
                if value is not None
            },
        }
        for call in calls
    ]


def _parse(actor: Actor, row: object) -> Call:
    if not isinstance(row, Mapping) or not row.keys() <= KEYS:
        raise ValidationError(_("a step is an object with a code and its params."))
    code, given = row.get("code"), row.get("params", {})
    if not isinstance(code, str) or not isinstance(given, Mapping):
        raise ValidationError(_("a step is an object with a code and its params."))
    try:
        step = step_of(code)
    except UnknownStep as unknown:
        raise ValidationError(_("there is no step “%(code)s” here."), params={"code": code}) from unknown
    if strange := [key for key in given if not isinstance(key, str)]:
        raise ValidationError(_("there is no field “%(name)s”."), params={"name": strange[0]})
    return Call(step=step, params=clean_params(actor, step.params, given))
