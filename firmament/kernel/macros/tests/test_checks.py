"""A step that could not be run is told when the process starts."""

from dataclasses import replace

import pytest

from firmament.kernel.macros.checks import check_steps, faults
from firmament.kernel.macros.parameters import Parameter
from firmament.kernel.macros.registry import step_of
from firmament.kernel.wording.fields import FieldType

DATED = Parameter(name="due_on", label="Due on", type=FieldType.DATE)


def test_the_house_has_no_fault():
    assert check_steps() == []


@pytest.mark.parametrize(
    ("change", "number", "words"),
    [
        ({"model": "engagements.Nothing"}, "macros.E001", "doesn't have a 'Nothing' model"),
        ({"model": "identity.User"}, "macros.E001", "is no firm's table"),
        ({"code": "clients.pause"}, "macros.E002", "named by the room"),
        ({"power": "engagements.dream"}, "macros.E003", "engagements.dream"),
        ({"power": "clients.edit"}, "macros.E003", "is not about engagements.Engagement"),
        ({"undo_power": "clients.edit"}, "macros.E003", "is not about engagements.Engagement"),
        ({"params": (DATED,)}, "macros.E004", "is not a date"),
    ],
)
def test_each_fault_is_named(change, number, words):
    (fault,) = faults(replace(step_of("engagements.pause"), **change))

    assert fault.id == number
    assert words in fault.msg
