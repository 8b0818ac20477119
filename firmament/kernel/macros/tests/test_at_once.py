"""Several people run and take back at the same moment, in transactions that really commit."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.macros.actions import StepRefused, run_macro, undo_macro
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.tests.factories import IN_A_MONTH, PAUSE, TO_NOBODY, a_request, a_source, steps
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.at_once import Crowd, crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.modules.clients.actions.clients import assign_owner
from firmament.modules.clients.models import Client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.engagements.actions import complete_engagement
from firmament.modules.engagements.models import Engagement

pytestmark = pytest.mark.cluster


@pytest.fixture
def together(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("macros") as made:
        yield made


def alice() -> Any:
    return staff_actor("alice@acme.example")


def running(request: DocumentRequest, *rows: object) -> Any:
    return lambda: run_macro(alice(), request, steps(alice(), *rows), source=a_source())


def test_of_ten_who_pause_the_same_work_one_does_and_the_others_have_done_nothing(together: Crowd) -> None:
    request = together.alone(lambda: a_request(alice()))

    answers = together.at_once(*(running(request, IN_A_MONTH, TO_NOBODY, PAUSE) for _ in range(10)))

    assert sum(isinstance(answer, MacroRun) for answer in answers) == 1
    assert sum(isinstance(answer, StepRefused) and answer.position == 3 for answer in answers) == 9
    assert together.alone(lambda: MacroRun.objects.filter(object_id=request.pk).count()) == 1


def test_macros_that_share_things_in_another_order_do_not_wait_for_each_other_for_ever(
    together: Crowd,
) -> None:
    request = together.alone(lambda: a_request(alice()))
    one, other = (TO_NOBODY, IN_A_MONTH), (IN_A_MONTH, TO_NOBODY)

    answers = together.at_once(*(running(request, *rows) for rows in (one, other) * 6))

    assert all(isinstance(answer, MacroRun) for answer in answers)


def test_of_ten_who_take_it_back_one_does(together: Crowd) -> None:
    request = together.alone(lambda: a_request(alice()))
    run = together.alone(running(request, PAUSE))

    answers = together.at_once(*(lambda: undo_macro(alice(), run) for _ in range(10)))

    assert sum(isinstance(answer, MacroRun) for answer in answers) == 1
    assert sum(isinstance(answer, ValidationError) and answer.code == "undone" for answer in answers) == 9


def test_a_change_at_the_same_moment_and_a_way_back_never_lose_each_other(together: Crowd) -> None:
    request = together.alone(lambda: a_request(alice()))
    run = together.alone(
        running(request, {"code": "engagements.pause", "params": {"reason": "They are away"}})
    )
    engagement = together.alone(lambda: Engagement.objects.get(pk=request.engagement_id))

    def finish() -> None:
        complete_engagement(alice(), engagement)

    back, finished = together.at_once(lambda: undo_macro(alice(), run), finish)

    after = together.alone(lambda: Engagement.objects.get(pk=engagement.pk))
    assert isinstance(back, MacroRun)
    # A paused engagement cannot be completed: whoever came first, no state was invented.
    assert (after.state == "completed") == (finished is None)
    assert after.state in ("active", "completed")


def test_what_somebody_says_at_the_same_moment_is_never_overwritten_by_a_way_back(together: Crowd) -> None:
    requests = [together.alone(lambda: a_request(alice())) for _ in range(8)]
    runs = [together.alone(running(request, TO_NOBODY)) for request in requests]
    clients = [
        together.alone(lambda request=request: Client.objects.get(pk=request.client_id))
        for request in requests
    ]
    bob = together.alone(lambda: Membership.objects.get(user__email="bob@acme.example"))

    together.at_once(
        *(lambda run=run: undo_macro(alice(), run) for run in runs),
        *(lambda client=client: assign_owner(alice(), client, bob) for client in clients),
    )

    owners = together.alone(
        lambda: set(
            Client.objects.filter(pk__in=[client.pk for client in clients]).values_list("owner_id", flat=True)
        )
    )
    assert owners == {bob.pk}
