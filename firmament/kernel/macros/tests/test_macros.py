"""Looking ahead, running and taking back, on things of real rooms."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.macros.actions import (
    Outcome,
    StepDenied,
    StepRefused,
    could_undo,
    preview_macro,
    run_macro,
    undo_macro,
)
from firmament.kernel.macros.models import MacroRun, StepRun
from firmament.kernel.macros.tests.factories import (
    IN_A_MONTH,
    PAUSE,
    TO_ME,
    TO_NOBODY,
    a_request,
    a_source,
    steps,
)
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now, today
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.actions.clients import assign_owner, edit_client
from firmament.modules.clients.jobs import empty_bin
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.actions import complete_engagement, edit_engagement, resume_engagement
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement


def told(error: ValidationError) -> str:
    return " ".join(error.messages)


def test_a_macro_run_from_a_request_reaches_its_engagement_and_its_client(alice, ledger):
    request = a_request(alice)
    ledger.forget()

    run = run_macro(alice, request, steps(alice, PAUSE, TO_NOBODY, IN_A_MONTH), source=a_source())

    assert Engagement.objects.get(pk=request.engagement_id).state == "paused"
    assert Client.objects.get(pk=request.client_id).owner is None
    assert DocumentRequest.objects.get(pk=request.pk).due_on == today("Europe/Berlin") + timedelta(days=30)
    assert ledger.codes() == [
        "engagements.engagement_paused",
        "clients.client_owner_cleared",
        "documents.request_changed",
        "macros.macro_ran",
    ]
    assert (run.client_id, run.engagement_id) == (request.client_id, request.engagement_id)
    assert [step.code for step in run.steps.order_by("position")] == [
        "engagements.pause",
        "clients.assign_owner",
        "documents.set_due",
    ]


def test_taking_it_back_makes_everything_as_it_was_and_leaves_both_in_the_trail(alice, ledger):
    request = a_request(alice)
    before = Engagement.objects.get(pk=request.engagement_id).reason, request.due_on
    run = run_macro(alice, request, steps(alice, PAUSE, TO_NOBODY, IN_A_MONTH), source=a_source())
    ledger.forget()

    undone = undo_macro(alice, run)

    engagement = Engagement.objects.get(pk=request.engagement_id)
    assert (engagement.state, engagement.reason) == ("active", before[0])
    assert Client.objects.get(pk=request.client_id).owner_id == alice.membership_id
    assert DocumentRequest.objects.get(pk=request.pk).due_on == before[1]
    assert undone.undone_by_id == alice.membership_id
    assert ledger.codes() == [
        "documents.request_changed",
        "clients.client_owner_assigned",
        "engagements.engagement_resumed",
        "macros.macro_undone",
    ]


def test_the_thing_it_was_run_from_shows_it_in_its_activity(alice):
    request = a_request(alice)

    run = run_macro(alice, request, steps(alice, PAUSE), source=a_source("Wait for the bank"))
    undo_macro(alice, run)

    lines = [row.sentence for row in activity("documents.documentrequest", request.pk)]
    assert lines[:2] == ["took back the macro Wait for the bank", "ran the macro Wait for the bank"]


def test_a_preview_says_what_would_happen_and_leaves_no_trace(alice):
    request = a_request(alice)
    counted = [model.objects.count() for model in (Entry, JobRun, MacroRun, StepRun)]

    preview = preview_macro(alice, request, steps(alice, PAUSE, TO_ME, IN_A_MONTH))

    assert [step.outcome for step in preview.steps] == [Outcome.CHANGES, Outcome.NOTHING, Outcome.CHANGES]
    assert re.fullmatch(r"Pause “Engagement \d+”: Waiting for the bank", preview.steps[0].sentence)
    assert preview.possible
    assert Engagement.objects.get(pk=request.engagement_id).state == "active"
    assert [model.objects.count() for model in (Entry, JobRun, MacroRun, StepRun)] == counted


def test_a_preview_says_which_step_would_fail_and_which_would_not_be_reached(alice):
    request = a_request(alice)

    preview = preview_macro(alice, request, steps(alice, TO_NOBODY, PAUSE, PAUSE, IN_A_MONTH))

    assert [step.outcome for step in preview.steps] == ["changes", "changes", "refused", "unreached"]
    assert preview.steps[2].problem.startswith("This engagement is in another state by now.")
    assert not preview.possible


def test_when_one_step_fails_none_was_done_and_the_message_names_it(alice, ledger):
    request = a_request(alice)
    ledger.forget()

    with pytest.raises(StepRefused) as refused:
        run_macro(alice, request, steps(alice, TO_NOBODY, PAUSE, PAUSE), source=a_source())

    assert told(refused.value).startswith(
        "Step 3, “Pause the engagement”: This engagement is in another state"
    )
    assert told(refused.value).endswith("Nothing was changed.")
    assert Client.objects.get(pk=request.client_id).owner_id == alice.membership_id
    assert Engagement.objects.get(pk=request.engagement_id).state == "active"
    assert ledger.codes() == []
    assert not MacroRun.objects.exists()


def test_a_step_beyond_the_actors_power_stops_the_whole_macro_and_says_which(alice, bob, ledger):
    request = a_request(alice)
    ledger.forget()

    with pytest.raises(StepDenied) as denied:
        run_macro(bob, request, steps(bob, IN_A_MONTH, TO_ME), source=a_source())

    assert denied.value.message.startswith("Step 2, “Say who is responsible”: you may not do this.")
    assert denied.value.power == "clients.assign_owner"
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on
    assert ledger.codes() == []
    preview = preview_macro(bob, request, steps(bob, IN_A_MONTH, TO_ME))
    assert [step.outcome for step in preview.steps] == ["changes", "refused"]


def test_a_mark_binds_the_run_to_what_was_shown(alice):
    request = a_request(alice)
    calls = steps(alice, TO_NOBODY, IN_A_MONTH)
    shown = preview_macro(alice, request, calls)
    client = Client.objects.get(pk=request.client_id)
    assign_owner(alice, client, None)

    with pytest.raises(ValidationError, match="changed since the preview"):
        run_macro(alice, request, calls, source=a_source(), mark=shown.mark)

    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on
    run_macro(alice, request, calls, source=a_source(), mark=preview_macro(alice, request, calls).mark)
    assert DocumentRequest.objects.get(pk=request.pk).due_on != request.due_on


def test_what_was_changed_since_is_not_taken_back_and_the_reason_says_what(alice, bob, ledger):
    request = a_request(alice)
    run = run_macro(alice, request, steps(alice, IN_A_MONTH, TO_NOBODY), source=a_source())
    assign_owner(
        alice, Client.objects.get(pk=request.client_id), Membership.objects.get(pk=bob.membership_id)
    )
    moved = DocumentRequest.objects.get(pk=request.pk).due_on
    ledger.forget()

    with pytest.raises(StepRefused) as refused:
        undo_macro(alice, run)

    assert "has been changed since (Responsible)." in told(refused.value)
    assert DocumentRequest.objects.get(pk=request.pk).due_on == moved
    assert ledger.codes() == []
    assert MacroRun.objects.get(pk=run.pk).undone_at is None


def test_a_change_of_something_else_does_not_stand_in_the_way(alice):
    request = a_request(alice)
    run = run_macro(alice, request, steps(alice, TO_NOBODY), source=a_source())
    client = Client.objects.get(pk=request.client_id)
    edit_client(alice, client, phone="+49 30 1234567")

    undo_macro(alice, run)

    client.refresh_from_db()
    assert (client.owner_id, client.phone) == (alice.membership_id, "+49 30 1234567")


def test_a_step_that_changed_nothing_does_not_stand_in_the_way_either(alice, bob):
    request = a_request(alice)
    run = run_macro(alice, request, steps(alice, TO_ME, IN_A_MONTH), source=a_source())
    client = Client.objects.get(pk=request.client_id)
    assign_owner(alice, client, Membership.objects.get(pk=bob.membership_id))

    undo_macro(alice, run)

    client.refresh_from_db()
    assert client.owner_id == bob.membership_id
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on


def test_it_is_taken_back_once(alice):
    run = run_macro(alice, a_request(alice), steps(alice, TO_NOBODY), source=a_source())
    undo_macro(alice, run)

    with pytest.raises(ValidationError, match="undone already"):
        undo_macro(alice, run)


def test_the_way_back_asks_for_its_own_power(alice, bob):
    lead = Membership.objects.get(pk=bob.membership_id)
    engagement = make_engagement(alice, make_client(alice), lead=lead)
    calls = steps(bob, {"code": "engagements.complete"})
    assert [step.undoable for step in preview_macro(bob, engagement, calls).steps] == [False]

    run = run_macro(bob, engagement, calls, source=a_source())

    assert not could_undo(bob, run)
    with pytest.raises(StepDenied):
        undo_macro(bob, run)
    assert Engagement.objects.get(pk=engagement.pk).state == "completed"
    assert could_undo(alice, run)
    undo_macro(alice, run)
    assert Engagement.objects.get(pk=engagement.pk).state == "active"


def test_nobody_runs_or_takes_back_what_is_behind_a_wall(alice, bob):
    request = a_request(alice)
    run = run_macro(bob, request, steps(bob, IN_A_MONTH), source=a_source())
    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        client_id=request.client_id,
        reason="A conflict of interest",
    )

    assert not MacroRun.objects.visible_to(bob).exists()
    with pytest.raises(Denied):
        undo_macro(bob, run)
    with pytest.raises(ValidationError, match="leads to no"):
        run_macro(bob, request, steps(bob, IN_A_MONTH), source=a_source())


def test_a_request_without_an_engagement_cannot_take_a_step_about_one(alice):
    request = a_request(alice)
    request.engagement = None
    request.save()

    with pytest.raises(ValidationError, match="leads to no engagement"):
        run_macro(alice, request, steps(alice, PAUSE), source=a_source())
    with pytest.raises(ValidationError, match="leads to no engagement"):
        preview_macro(alice, request, steps(alice, PAUSE))


def test_another_firms_people_neither_run_nor_take_back(alice, gina, globex, in_firm):
    request = a_request(alice)
    run = run_macro(alice, request, steps(alice, IN_A_MONTH), source=a_source())

    with in_firm(globex):
        assert not MacroRun.objects.visible_to(gina).exists()
        with pytest.raises(ValidationError, match="leads to no"):
            run_macro(gina, request, steps(gina, IN_A_MONTH), source=a_source())
        with pytest.raises(Denied):
            undo_macro(gina, run)

    assert MacroRun.objects.get(pk=run.pk).undone_at is None


def test_a_clients_person_runs_nothing_though_they_see_the_request(alice, carla):
    request = make_request(alice)

    with pytest.raises(Denied):
        run_macro(carla, request, steps(alice, IN_A_MONTH), source=a_source())

    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on
    assert not MacroRun.objects.visible_to(carla).exists()


def test_what_a_macro_did_stays_as_it_was_done(alice):
    run = run_macro(alice, a_request(alice), steps(alice, IN_A_MONTH), source=a_source())

    for change in (
        lambda: MacroRun.objects.filter(pk=run.pk).update(title="Another"),
        lambda: run.steps.update(after={}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    undo_macro(alice, run)
    with pytest.raises(IntegrityError), transaction.atomic():
        MacroRun.objects.filter(pk=run.pk).update(undone_at=None, undone_by=None)


def test_what_it_did_goes_when_the_client_is_purged(alice):
    client = make_client(alice)
    run_macro(alice, client, steps(alice, TO_NOBODY), source=a_source())
    bin_client(alice, client)

    with at(now() + timedelta(days=31)):
        empty_bin()

    assert not MacroRun.objects.exists()
    assert not StepRun.objects.exists()


def test_a_macro_without_steps_is_not_run(alice):
    with pytest.raises(ValidationError, match="no steps"):
        run_macro(alice, make_client(alice), (), source=a_source())


def test_steps_on_one_thing_are_taken_back_from_the_last_to_the_first(alice, bob):
    engagement = make_engagement(alice, make_client(alice))
    calls = steps(
        alice,
        PAUSE,
        {"code": "engagements.resume"},
        {"code": "engagements.assign_lead", "params": {"lead": str(bob.membership_id)}},
        {"code": "engagements.complete"},
    )
    run = run_macro(alice, engagement, calls, source=a_source())
    engagement.refresh_from_db()
    assert (engagement.state, engagement.lead_id) == ("completed", bob.membership_id)

    undo_macro(alice, run)

    engagement.refresh_from_db()
    assert (engagement.state, engagement.reason, engagement.lead_id) == ("active", "", None)


def test_what_somebody_resumed_meanwhile_is_left_alone(alice):
    engagement = make_engagement(alice, make_client(alice))
    run = run_macro(alice, engagement, steps(alice, PAUSE), source=a_source())
    engagement.refresh_from_db()
    resume_engagement(alice, engagement)
    edit_engagement(alice, engagement, title="Yearly accounts")

    with pytest.raises(StepRefused, match="“Yearly accounts” has been changed since \\(State, Reason\\)"):
        undo_macro(alice, run)

    complete_engagement(alice, engagement)
    assert engagement.state == "completed"
