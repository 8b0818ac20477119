import re
from itertools import permutations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.engagements.actions import (
    archive_engagement,
    cancel_engagement,
    complete_engagement,
    create_engagement,
    discard_draft,
    edit_engagement,
    pause_engagement,
    reopen_engagement,
    resume_engagement,
    start_engagement,
)
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement

STATES = list(Engagement.State.values)


def test_an_engagement_runs_from_draft_to_archive(alice, ledger):
    engagement = make_engagement(alice, make_client(alice), started=False)
    ledger.forget()

    start_engagement(alice, engagement)
    pause_engagement(alice, engagement, reason="Waiting for the bank")
    resume_engagement(alice, engagement)
    complete_engagement(alice, engagement)
    archive_engagement(alice, engagement)

    assert engagement.state == "archived"
    assert engagement.reason == ""
    assert ledger.codes() == [
        "engagements.engagement_started",
        "engagements.engagement_paused",
        "engagements.engagement_resumed",
        "engagements.engagement_completed",
        "engagements.engagement_archived",
    ]


def test_of_two_clicks_only_one_is_a_transition(alice, ledger):
    engagement = make_engagement(alice, make_client(alice))
    stale = Engagement.objects.get(pk=engagement.pk)
    ledger.forget()

    complete_engagement(alice, engagement)
    with pytest.raises(ValidationError):
        cancel_engagement(alice, stale, reason="too late")

    assert ledger.codes() == ["engagements.engagement_completed"]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_pausing_and_canceling_take_a_reason(alice, reason):
    engagement = make_engagement(alice, make_client(alice))

    with pytest.raises(ValidationError):
        pause_engagement(alice, engagement, reason=reason)
    with pytest.raises(ValidationError):
        cancel_engagement(alice, engagement, reason=reason)

    assert Engagement.objects.get(pk=engagement.pk).state == "active"


def test_only_the_power_to_reopen_opens_what_has_ended(alice, bob, ledger):
    engagement = make_engagement(alice, make_client(alice), lead=Membership.objects.get(pk=bob.membership_id))
    complete_engagement(bob, engagement)
    ledger.forget()

    with pytest.raises(Denied):
        reopen_engagement(bob, engagement, reason="I want to")
    reopen_engagement(alice, engagement, reason="The accounts were wrong")

    assert engagement.state == "active"
    assert engagement.ended_at is None
    assert ledger.codes() == ["engagements.engagement_reopened"]


def legal(before, after):
    return after in Engagement.TRANSITIONS[before]


@pytest.mark.parametrize(("before", "after"), list(permutations(STATES, 2)))
def test_the_database_refuses_every_transition_that_is_not_in_the_list(alice, before, after):
    engagement = make_engagement(alice, make_client(alice), started=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.reopens_engagement', '', true)")
    force(engagement, before)

    try:
        with transaction.atomic():
            Engagement.objects.filter(pk=engagement.pk).update(**row(after))
        went = True
    except IntegrityError:
        went = False

    assert went == legal(before, after)


def row(state):
    ended = state in ("completed", "canceled", "archived")
    return {
        "state": state,
        "reason": "because",
        "ended_at": now() if ended else None,
        "archived_at": now() if state == "archived" else None,
    }


def force(engagement, state):
    """Bring it into a state by legal steps."""
    ways = {
        "draft": [],
        "active": ["active"],
        "paused": ["active", "paused"],
        "completed": ["active", "completed"],
        "canceled": ["active", "canceled"],
        "archived": ["active", "completed", "archived"],
    }
    for step in ways[state]:
        Engagement.objects.filter(pk=engagement.pk).update(**row(step))


def test_an_engagement_neither_begins_finished_nor_changes_hands(alice):
    engagement = make_engagement(alice, make_client(alice))
    other = make_client(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=engagement.pk).update(client=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.create(client=other, title="Born finished", **row("completed"))

    assert not Engagement.objects.filter(title="Born finished").exists()


def test_it_cannot_end_before_it_starts(alice):
    day = now().date()

    with pytest.raises(ValidationError) as refused:
        create_engagement(
            alice, make_client(alice).pk, title="T", starts_on=day, ends_on=day.replace(year=2000)
        )

    assert "ends_on" in refused.value.message_dict


def test_what_has_ended_is_read_only(alice):
    engagement = make_engagement(alice, make_client(alice))
    complete_engagement(alice, engagement)

    with pytest.raises(ValidationError):
        edit_engagement(alice, engagement, title="New")


def test_a_draft_nobody_agreed_to_can_be_discarded_and_nothing_else(alice, ledger):
    client = make_client(alice)
    draft = make_engagement(alice, client, started=False)
    running = make_engagement(alice, client)
    ledger.forget()

    discard_draft(alice, draft)
    with pytest.raises(ValidationError):
        discard_draft(alice, running)

    assert ledger.codes() == ["engagements.engagement_discarded"]
    assert [e.pk for e in Engagement.objects.filter(client=client)] == [running.pk]


def test_a_wall_before_an_engagement_hides_it_and_leaves_the_client(alice, bob):
    client = make_client(alice)
    hidden = make_engagement(alice, client)
    shown = make_engagement(alice, client)
    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        engagement_id=hidden.pk,
        reason="His brother is on the other side",
    )

    seen = set(Engagement.objects.visible_to(bob).filter(client=client).values_list("pk", flat=True))

    assert seen == {shown.pk}
    assert type(client).objects.visible_to(bob).filter(pk=client.pk).exists()


def test_the_list_of_transitions_and_the_trigger_agree(alice):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'clients_guard_engagement'")
        source = cursor.fetchone()[0]
    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", source))

    assert pairs == {(a, b) for a, targets in Engagement.TRANSITIONS.items() for b in targets}
