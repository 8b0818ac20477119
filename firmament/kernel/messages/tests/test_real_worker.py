"""A real worker, a real SMTP server, and kill -9 at the worst moments."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmament.kernel.messages.models import AccountMail, Attempt, Delivery, State
from firmament.kernel.messages.send import Recipient, queue_account_mail, queue_message
from firmament.kernel.messages.tests.peer import Peer, smtp_peer
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import environment_of, own_clone

pytestmark = pytest.mark.cluster

ANA = Recipient(name="Ana", email="ana@client.example")
CONTEXT = {
    "inviter": "Alice",
    "link": "https://desk.example.com/x",
    "expires_at": "2026-12-11T10:00:00+00:00",
}


@pytest.fixture(scope="module")
def variables(django_db_setup: Any, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """A committed database for this file, and how a process finds it."""
    with django_db_blocker.unblock(), own_clone("messages") as name:
        yield environment_of(name)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as found:
        yield found


@pytest.fixture
def start_worker(variables: dict[str, str], peer: Peer) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "firmament.kernel.jobs.tests.worker_process", "60"],
            env={**variables, "FIRMAMENT_MAIL": peer.url, "FIRMAMENT_MAIL_FROM": "no-reply@desk.example.com"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def acme() -> Firm:
    return Firm.objects.get(slug="acme")


def queue(key: str) -> Delivery:
    with firm_transaction(acme().pk):
        return queue_message(
            Actor.system("tests"), wording="identity.invitation_client", to=ANA, context=CONTEXT, key=key
        )


def state_of(delivery: Delivery) -> tuple[str, int]:
    with firm_transaction(acme().pk):
        fresh = Delivery.objects.get(pk=delivery.pk)
        return fresh.state, Attempt.objects.filter(delivery=delivery).count()


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)


def test_a_worker_killed_before_the_answer_is_written_down_repeats_the_message_id_and_nothing_else(
    start_worker, peer
):
    taken, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        taken.set()
        go_on.wait(120)

    # The server has the whole mail and has not said so yet: the worker cannot know.
    peer.before_answer = hold
    delivery = queue("killed")
    first = start_worker()
    assert taken.wait(180)
    first.kill()
    first.wait()
    peer.before_answer = None
    go_on.set()

    start_worker()
    until(lambda: state_of(delivery)[0] == State.SENT, 180)

    assert {mail["Message-ID"] for mail in peer.mails} == {delivery.message_id}
    assert 1 <= len(peer.mails) <= 2
    with firm_transaction(acme().pk):
        assert Delivery.objects.filter(key="killed").count() == 1


def test_two_workers_hand_each_message_over_once(start_worker, peer):
    start_worker()
    start_worker()

    deliveries = [queue(f"many-{n}") for n in range(12)]
    account = [queue_account_mail(wording="identity.password_changed", to=ANA, context={}) for _ in range(6)]
    until(lambda: all(state_of(delivery) == (State.SENT, 1) for delivery in deliveries), 180)
    until(lambda: not AccountMail.objects.exclude(state=State.SENT).exists(), 180)

    sent = [mail["Message-ID"] for mail in peer.mails]
    assert sorted(sent) == sorted([*(d.message_id for d in deliveries), *(m.message_id for m in account)])
