"""Whatever steps, in whatever order, by whomever: all of them happened or none, and taking back makes it as it was."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from firmament.kernel.ledger.models import Entry
from firmament.kernel.macros.actions import StepDenied, StepRefused, preview_macro, run_macro, undo_macro
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.tests.factories import a_request, a_source, steps
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.models import Client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.engagements.actions import edit_engagement
from firmament.modules.engagements.models import Engagement

SINCE = ("updated_at",)

reasons = st.sampled_from(["Waiting for the bank", "They are away", "x"])
people = st.sampled_from(["me", "nobody", "bob"])
step = st.one_of(
    st.builds(lambda r: {"code": "engagements.pause", "params": {"reason": r}}, reasons),
    st.just({"code": "engagements.resume"}),
    st.just({"code": "engagements.complete"}),
    st.builds(lambda r: {"code": "engagements.cancel", "params": {"reason": r}}, reasons),
    st.builds(lambda p: {"code": "engagements.assign_lead", "params": {"lead": p}}, people),
    st.builds(lambda p: {"code": "clients.assign_owner", "params": {"owner": p}}, people),
    st.just({"code": "clients.activate"}),
    st.just({"code": "clients.deactivate"}),
    st.builds(lambda d: {"code": "documents.set_due", "params": {"days": d}}, st.integers(0, 40)),
    st.builds(lambda r: {"code": "documents.set_reminders", "params": {"remind": r}}, st.booleans()),
)


def everything(request):
    """Every column of all that a macro could reach here, but when it was touched; and how much was recorded."""
    rows = (
        DocumentRequest.objects.filter(pk=request.pk).values().get(),
        Engagement.objects.filter(pk=request.engagement_id).values().get(),
        Client.objects.filter(pk=request.client_id).values().get(),
    )
    return [{name: value for name, value in row.items() if name not in SINCE} for row in rows]


@pytest.fixture
def request_of_three(alice, bob):
    request = a_request(alice)
    engagement = Engagement.objects.get(pk=request.engagement_id)
    edit_engagement(alice, engagement, lead=Membership.objects.get(pk=bob.membership_id))
    return request


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(step, min_size=1, max_size=6), who=st.sampled_from(["alice", "bob"]))
def test_all_of_them_or_none_and_back_again(alice, bob, request_of_three, rows, who):
    actor = {"alice": alice, "bob": bob}[who]
    named = [
        {
            **row,
            "params": {
                name: str(bob.membership_id) if value == "bob" else value
                for name, value in row.get("params", {}).items()
            },
        }
        for row in rows
    ]
    point = transaction.savepoint()
    try:
        calls = steps(actor, *named)
        before, recorded = everything(request_of_three), Entry.objects.count()
        foreseen = preview_macro(actor, request_of_three, calls)
        assert (everything(request_of_three), Entry.objects.count()) == (before, recorded)

        try:
            run = run_macro(actor, request_of_three, calls, source=a_source(), mark=foreseen.mark)
        except (StepRefused, StepDenied) as refused:
            event("refused")
            assert not foreseen.possible
            assert foreseen.steps[refused.position - 1].outcome == "refused"
            assert (everything(request_of_three), Entry.objects.count()) == (before, recorded)
            assert not MacroRun.objects.filter(object_id=request_of_three.pk).exists()
            return
        event("ran")
        assert foreseen.possible
        _take_back(actor, alice, run, request_of_three, before)
    finally:
        transaction.savepoint_rollback(point)


def _take_back(actor, alice, run, request, before):
    after = everything(request)
    try:
        undo_macro(actor, run)
    except Denied:
        # Who may run a step may lack the power of its way back; nothing has moved then, and who holds it may.
        event("taken back by another")
        assert everything(request) == after
        undo_macro(alice, run)
    assert everything(request) == before
    with pytest.raises(ValidationError):
        undo_macro(alice, run)
    assert everything(request) == before
