"""Looking ahead, running, taking back: each of them whole or not at all, under the actor's own powers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.macros.events import MacroRan, MacroUndone
from firmament.kernel.macros.models import MacroRun, StepRun
from firmament.kernel.macros.parameters import meant
from firmament.kernel.macros.parsing import Call
from firmament.kernel.macros.policies import Can
from firmament.kernel.macros.records import Done, Source, keep
from firmament.kernel.macros.registry import Snapshot, Step, UnknownStep, step_of
from firmament.kernel.macros.things import Model, hold, hold_again
from firmament.kernel.policies.decide import Denied, allows, may, require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.lib.canonical import checksum
from firmament.lib.instant import now


class StepRefused(ValidationError):
    """A step could not be done, or taken back, so nothing was. `position` counts from 1."""

    def __init__(self, position: int, title: str, why: str) -> None:
        super().__init__(
            _("Step %(position)s, “%(title)s”: %(why)s Nothing was changed."),
            code="step",
            params={"position": position, "title": title, "why": why},
        )
        self.position, self.title, self.why = position, title, why


class StepDenied(Denied):
    """The actor lacks the power for a step, or for its way back, so nothing was done. `message` says which step."""

    def __init__(self, position: int, title: str, denied: Denied) -> None:
        super().__init__(denied.power, denied.rule_id, denied.trace)
        self.position, self.title = position, title
        self.message = _("Step %(position)s, “%(title)s”: you may not do this. Nothing was changed.") % {
            "position": position,
            "title": title,
        }


class Outcome(StrEnum):
    """What would become of a step."""

    CHANGES = "changes"
    NOTHING = "nothing"
    REFUSED = "refused"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One step, looked ahead at. `sentence` says what it would do, `problem` why it cannot be done.

    `undoable`: whether the actor holds the power to take it back.
    """

    position: int
    title: str
    outcome: Outcome
    sentence: str = ""
    problem: str = ""
    undoable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A whole macro, looked ahead at. `mark` names exactly these changes; "" where it cannot be run now."""

    steps: tuple[Foreseen, ...]
    mark: str

    @property
    def possible(self) -> bool:
        """Whether all of it could be done now."""
        return bool(self.mark)


def preview_macro(actor: Actor, target: FirmModel, calls: Sequence[Call]) -> Preview:
    """What `run_macro` would do now: it is done and taken back, so it cannot say anything else than what would be.

    It needs a transaction that may write, and leaves no trace in it, the ledger and the queue included. ValidationError
    for a macro that does not fit the target.
    """
    require(actor, Can.RUN)
    done: list[Done] = []
    foreseen: list[Foreseen] = []
    with transaction.atomic():
        try:
            for one in _perform(actor, target, calls):
                foreseen.append(_seen(actor, len(done) + 1, one))
                done.append(one)
        except StepRefused as refused:
            foreseen.append(_unseen(refused, refused.why))
        except StepDenied as denied:
            foreseen.append(_unseen(denied, _("You may not do this.")))
        transaction.set_rollback(True)
    complete = len(done) == len(calls) > 0
    foreseen += [
        Foreseen(position=position, title=str(call.step.title), outcome=Outcome.UNREACHED)
        for position, call in enumerate(calls, 1)
        if position > len(foreseen)
    ]
    return Preview(steps=tuple(foreseen), mark=_mark(done) if complete else "")


def run_macro(
    actor: Actor, target: FirmModel, calls: Sequence[Call], *, source: Source, mark: str = ""
) -> MacroRun:
    """Do all the steps, one after the other, or none of them.

    With the `mark` of a preview it does exactly what was shown then, or refuses. `StepRefused` or `StepDenied` for a step
    that cannot be done; ValidationError for a macro without steps, or one that does not fit the target.
    """
    require(actor, Can.RUN)
    if not calls:
        raise ValidationError(_("There are no steps to run."), code="empty")
    with transaction.atomic():
        done = list(_perform(actor, target, calls))
        if mark and mark != _mark(done):
            raise ValidationError(
                _("Something has changed since the preview. Look at it again; nothing was changed."),
                code="mark",
            )
        run = keep(actor, target, done, source)
        record(actor, MacroRan(**_facts(run, len(done))))
    return run


def undo_macro(actor: Actor, run: MacroRun) -> MacroRun:
    """Take back all the steps of a run, the last one first, or none; by actions of their own, so both stay readable.

    `StepRefused` where what a step changed has been changed since, or is gone; `StepDenied` where the way back takes a
    power that the actor lacks.
    """
    require(actor, Can.RUN)
    require(actor, Can.VIEW, run)
    with transaction.atomic():
        run = MacroRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if run.undone_at is not None:
            raise ValidationError(_("This was undone already."), code="undone")
        steps = list(run.steps.order_by("-position"))
        ways = {kept.position: _step_behind(kept) for kept in steps}
        things = hold_again(actor, {ways[kept.position].thing: kept.object_id for kept in steps})
        for kept in steps:
            _take_back(actor, kept, ways[kept.position], things)
        run.undone_at, run.undone_by_id = now(), actor.membership_id
        run.save(update_fields=["undone_at", "undone_by", "updated_at"])
        record(actor, MacroUndone(**_facts(run, len(steps))))
    return run


def could_undo(actor: Actor, run: MacroRun) -> bool:
    """Whether to offer it: not undone yet, and the actor holds the powers. `undo_macro` still looks at the things."""
    if run.undone_at is not None or not may(actor, Can.RUN):
        return False
    for kept in run.steps.all():
        try:
            step = step_of(kept.code)
        except UnknownStep:
            return False
        thing = step.thing.objects.visible_to(actor).filter(pk=kept.object_id).first()
        if thing is None or not allows(actor, step.undo_power or step.power, thing):
            return False
    return True


def _perform(actor: Actor, target: FirmModel, calls: Sequence[Call]) -> Iterator[Done]:
    """Do the steps, one whenever the next is asked for."""
    things = hold(actor, target, (call.step.thing for call in calls))
    for position, call in enumerate(calls, 1):
        step, thing = call.step, things[call.step.thing]
        try:
            thing.refresh_from_db()
            before = step.remember(thing)
            params = meant(actor, step.params, call.params)
            sentence = str(step.preview(actor, thing, **params))
            step.run(actor, thing, **params)
            # Actions may write past the instance they are given.
            thing.refresh_from_db()
        except Denied as denied:
            raise StepDenied(position, str(step.title), denied) from denied
        except ValidationError as wrong:
            raise StepRefused(position, str(step.title), " ".join(wrong.messages)) from wrong
        yield Done(step=step, sentence=sentence, thing=thing, before=before, after=step.remember(thing))


def _take_back(actor: Actor, kept: StepRun, step: Step, things: dict[Model, FirmModel]) -> None:
    if kept.before == kept.after:
        return
    title, thing = str(step.title), things.get(step.thing)
    if thing is None:
        raise StepRefused(kept.position, title, _("what it changed is no longer there."))
    thing.refresh_from_db()
    found = step.remember(thing)
    if found != kept.after:
        named = {"thing": thing, "fields": ", ".join(_differing(thing, found, kept.after))}
        raise StepRefused(kept.position, title, _("“%(thing)s” has been changed since (%(fields)s).") % named)
    try:
        step.undo(actor, thing, kept.before)
    except Denied as denied:
        raise StepDenied(kept.position, title, denied) from denied
    except ValidationError as wrong:
        raise StepRefused(kept.position, title, " ".join(wrong.messages)) from wrong
    thing.refresh_from_db()
    if step.remember(thing) != kept.before:
        raise StepRefused(kept.position, title, _("it cannot be made exactly as it was before."))


def _step_behind(kept: StepRun) -> Step:
    try:
        return step_of(kept.code)
    except UnknownStep as unknown:
        raise StepRefused(kept.position, kept.code, _("no room here offers this step any more.")) from unknown


def _differing(thing: FirmModel, found: Snapshot, after: Snapshot) -> list[str]:
    """What people call the values that are no longer as the step left them."""
    return [_called(thing, name) for name in after if found.get(name) != after[name]]


def _called(thing: FirmModel, name: str) -> str:
    try:
        return str(getattr(thing._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


def _seen(actor: Actor, position: int, one: Done) -> Foreseen:
    return Foreseen(
        position=position,
        title=str(one.step.title),
        outcome=Outcome.CHANGES if one.before != one.after else Outcome.NOTHING,
        sentence=one.sentence,
        undoable=allows(actor, one.step.undo_power or one.step.power, one.thing),
    )


def _unseen(refused: StepRefused | StepDenied, why: str) -> Foreseen:
    return Foreseen(position=refused.position, title=refused.title, outcome=Outcome.REFUSED, problem=why)


def _mark(done: Sequence[Done]) -> str:
    return checksum([[one.step.code, str(one.thing.pk), dict(one.before), dict(one.after)] for one in done])


def _facts(run: MacroRun, steps: int) -> dict[str, Any]:
    return {
        "run_id": run.pk,
        "kind": run.kind,
        "object_id": run.object_id,
        "source_kind": run.source_kind,
        "source_id": run.source_id,
        "title": run.title,
        "steps": steps,
    }
