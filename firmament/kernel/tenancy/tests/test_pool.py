"""A pooled connection carries no firm over, whatever became of the transaction before."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import own_clone

pytestmark = pytest.mark.cluster

TRANSACTIONS = 800
THREADS = 8


@pytest.fixture
def pooled(django_db_setup, django_db_blocker):
    """A clone that is committed to, through a pool of four connections."""
    with django_db_blocker.unblock(), own_clone("pool"):
        connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 4, "max_size": 4, "timeout": 60}
        yield
        connection.close_pool()


def left_behind() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.firm_id', true)")
        return bool(cursor.fetchone()[0])


def once(dice: random.Random, firm: Firm) -> str:
    """One transaction with its mishap; what was wrong about it, if anything."""
    try:
        with firm_transaction(firm.pk):
            if set(Membership.objects.values_list("firm_id", flat=True)) != {firm.pk}:
                return "another firm's rows"
            luck = dice.random()
            if luck < 0.2:
                raise ZeroDivisionError
            if luck < 0.25:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = 1")
                    cursor.execute("SELECT pg_sleep(1)")
    except (ZeroDivisionError, OperationalError):
        pass
    return "a firm left behind" if left_behind() else ""


def test_interleaved_transactions_of_two_firms_never_meet(pooled):
    firms = list(Firm.objects.all())
    wrong: list[str] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        dice = random.Random(number)
        for _ in range(TRANSACTIONS // THREADS):
            found = once(dice, dice.choice(firms))
            connection.close()
            if found:
                with lock:
                    wrong.append(found)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))

    assert len(firms) == 2
    assert wrong == []
