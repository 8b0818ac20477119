"""What a macro is made of, before it is kept: every mistake found at once, each told with its step."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.macros import registry
from firmament.kernel.macros.parsing import MOST, StepsError, parse_steps, steps_data
from firmament.kernel.macros.registry import all_steps, declare_steps, step_of
from firmament.kernel.macros.tests.factories import IN_A_MONTH, PAUSE, TO_ME


def problems(actor, data):
    with pytest.raises(StepsError) as refused:
        parse_steps(actor, data)
    return refused.value.message_dict["steps"]


def test_steps_are_kept_as_they_were_written(alice):
    rows = [
        PAUSE,
        {"code": "engagements.resume", "params": {}},
        IN_A_MONTH,
        {"code": "documents.set_reminders", "params": {"remind": False}},
        {"code": "engagements.assign_lead", "params": {"lead": str(alice.membership_id)}},
    ]

    assert steps_data(parse_steps(alice, rows)) == rows


def test_what_a_person_types_into_a_form_is_understood(alice):
    rows = [
        {"code": "documents.set_due", "params": {"days": " 30 "}},
        {"code": "documents.set_reminders", "params": {"remind": "no"}},
    ]

    assert steps_data(parse_steps(alice, rows)) == [
        IN_A_MONTH,
        {"code": "documents.set_reminders", "params": {"remind": False}},
    ]


def test_everything_that_is_wrong_is_said_at_once_each_with_its_step(alice):
    assert problems(
        alice,
        [
            {"code": "crm.move_deal", "params": {}},
            {"code": "engagements.pause"},
            {"code": "engagements.pause", "params": {"reason": "x" * 2001}},
            {"code": "documents.set_due", "params": {"days": "soon"}},
            {"code": "documents.set_due", "params": {"days": 366}},
            {"code": "documents.set_due", "params": {"days": 1.5}},
            {"code": "clients.assign_owner", "params": {"owner": str(uuid4())}},
            {"code": "clients.activate", "params": {"loudly": "yes"}},
            {"code": "clients.activate", "params": {}, "when": "now"},
            "clients.activate",
            TO_ME,
        ],
    ) == [
        "Step 1: there is no step “crm.move_deal” here.",
        "Step 2: “Reason” is missing.",
        "Step 3: Say it in at most 2000 characters.",
        "Step 4: Days: this is not a number that we can use: up to 12 digits, a point, up to 6 digits.",
        "Step 5: “Days”: a whole number from 0 to 365.",
        "Step 6: “Days”: a whole number from 0 to 365.",
        "Step 7: “Responsible”: this cannot be chosen.",
        "Step 8: There is no field “loudly”.",
        "Step 9: a step is an object with a code and its params.",
        "Step 10: a step is an object with a code and its params.",
    ]


def test_a_person_of_another_firm_cannot_be_chosen(alice, gina):
    assert problems(
        alice, [{"code": "clients.assign_owner", "params": {"owner": str(gina.membership_id)}}]
    ) == ["Step 1: “Responsible”: this cannot be chosen."]


def test_a_macro_is_a_list_and_not_too_long(alice):
    assert problems(alice, {"code": "clients.activate"}) == ["The steps are a list."]
    assert problems(alice, [TO_ME] * (MOST + 1)) == [f"A macro has at most {MOST} steps."]
    assert len(parse_steps(alice, [TO_ME] * MOST)) == MOST


def test_parameters_read_as_people_read_them(alice):
    calls = parse_steps(alice, [TO_ME, {"code": "documents.set_reminders", "params": {"remind": "no"}}])

    assert [call.words(alice) for call in calls] == [
        [("Responsible", "Whoever runs it")],
        [("Remind the client", "no")],
    ]


def test_a_code_is_declared_once_and_keeps_answering_to_what_it_was_called(monkeypatch):
    monkeypatch.setattr(registry, "_declared", dict(registry._declared))
    monkeypatch.setattr(registry, "_former", dict(registry._former))
    pause = step_of("engagements.pause")
    fields = {name: getattr(pause, name) for name in pause.__dataclass_fields__}

    with pytest.raises(ValueError, match="There are two steps of the code"):
        declare_steps(pause)
    declare_steps(type(pause)(**{**fields, "code": "engagements.hold", "formerly": ("engagements.halt",)}))

    assert step_of("engagements.halt").code == "engagements.hold"


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
codes = st.sampled_from([step.code for step in all_steps()]) | st.text(max_size=12)
names = st.sampled_from(["reason", "owner", "lead", "days", "remind"]) | st.text(max_size=6)
rows = st.fixed_dictionaries({}, optional={"code": codes | odd, "params": st.dictionaries(names, odd) | odd})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(rows | odd, max_size=4) | odd)
def test_whatever_is_brought_is_understood_or_refused_in_words(alice, data):
    try:
        calls = parse_steps(alice, data)
    except ValidationError as refused:
        assert all(refused.messages)
        return
    again = steps_data(calls)
    assert steps_data(parse_steps(alice, again)) == again
