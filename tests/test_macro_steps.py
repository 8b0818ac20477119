"""Every step that any room offers: it says what it would do, does it, and is taken back. A step without an example fails."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from firmament.kernel.identity.founding import join_firm
from firmament.kernel.macros.actions import StepDenied, preview_macro, run_macro, undo_macro
from firmament.kernel.macros.management.commands.macro_steps import PLACE
from firmament.kernel.macros.parsing import parse_steps
from firmament.kernel.macros.policies import Can
from firmament.kernel.macros.reference import page
from firmament.kernel.macros.registry import Step, all_steps
from firmament.kernel.macros.tests.factories import a_source
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.fixtures import LedgerView, staff_actor
from firmament.kernel.testing.world import make_user
from tests.walking import examples

STEPS = pytest.mark.parametrize("step", all_steps(), ids=lambda step: step.code)


def example(step: Step, actor: Actor) -> tuple[Any, list[dict[str, object]]]:
    made: Any = examples("STEP_EXAMPLES").get(step.code)
    assert made is not None, f"{step.code} needs a row in STEP_EXAMPLES of its room's tests/factories.py"
    thing, params = made(actor)
    return thing, [{"code": step.code, "params": params}]


def runner_of_macros() -> Actor:
    """Rosa, who reads everything and may run macros, and nothing besides."""
    rosa = join_firm(make_user("Rosa Runner", "rosa@acme.example"), role="read_only")
    role = Role.objects.create(code="runner", name="Runner of macros")
    RolePower.objects.create(role=role, power=Can.RUN)
    RoleAssignment.objects.create(membership=rosa, role=role)
    return staff_actor("rosa@acme.example")


def held(step: Step, thing: Any) -> Any:
    return step.remember(type(thing).objects.get(pk=thing.pk))


@STEPS
def test_a_step_says_what_it_does_does_it_and_is_taken_back(
    step: Step, alice: Actor, ledger: LedgerView
) -> None:
    thing, rows = example(step, alice)
    before = held(step, thing)
    ledger.forget()

    (foreseen,) = preview_macro(alice, thing, parse_steps(alice, rows)).steps
    assert (foreseen.outcome, foreseen.undoable) == ("changes", True)
    assert str(thing) in foreseen.sentence

    run = run_macro(alice, thing, parse_steps(alice, rows), source=a_source())
    assert held(step, thing) != before
    assert len(ledger.codes()) >= 2, "the step's own action records what it did"

    undo_macro(alice, run)
    assert held(step, thing) == before


@STEPS
def test_who_may_run_macros_but_not_do_this_does_not_do_it_so(
    step: Step, alice: Actor, ledger: LedgerView
) -> None:
    thing, rows = example(step, alice)
    before = held(step, thing)
    rosa = runner_of_macros()
    ledger.forget()

    with pytest.raises(StepDenied):
        run_macro(rosa, thing, parse_steps(alice, rows), source=a_source())

    assert held(step, thing) == before
    assert ledger.codes() == []


def test_the_list_of_steps_in_the_documentation_is_up_to_date() -> None:
    assert (Path(settings.ROOT) / PLACE).read_text() == page(), "run manage.py macro_steps --write"
