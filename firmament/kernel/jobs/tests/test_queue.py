import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.queue import HAND, Enqueue, enqueue, enqueue_many
from firmament.kernel.jobs.tests import work  # noqa: F401 - declares the jobs
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now


def rows_of(run):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, priority, args, scheduled_at, status FROM procrastinate_jobs"
            " WHERE args->>'run_id' = %s",
            [str(run.pk)],
        )
        return cursor.fetchall()


def wishes(count, code="tests.quick"):
    return [Enqueue(code=code, actor=Actor.system(code)) for _ in range(count)]


def priorities(runs):
    return [rows_of(run)[0][1] for run in runs]


def test_a_run_and_its_row_come_together_and_the_row_carries_ids_only(alice, acme):
    run = enqueue("tests.quick", actor=alice, ids={"client": "0197"})

    (row,) = rows_of(run)
    assert row[0] == "now"
    assert json.loads(row[2]) == {"firm_id": str(acme.pk), "run_id": str(run.pk)}
    assert (run.state, run.user_id, run.membership_id) == ("queued", alice.user_id, alice.membership_id)


def test_what_is_rolled_back_was_never_queued(alice):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run = enqueue("tests.quick", actor=alice)
        raise ZeroDivisionError

    assert rows_of(run) == []
    assert not JobRun.objects.filter(pk=run.pk).exists()


def test_a_key_is_used_once_in_a_firm(alice):
    first = enqueue("tests.quick", actor=alice, key="once")
    second = enqueue("tests.quick", actor=alice, key="once")

    assert second.pk == first.pk
    assert len(rows_of(first)) == 1
    assert JobRun.objects.filter(key="once").count() == 1


def test_the_same_key_in_another_firm_is_another_run(alice, globex):
    here = enqueue("tests.quick", actor=alice, key="once")

    with firm_transaction(globex.pk):
        there = enqueue("tests.quick", actor=Actor.system("tests.quick"), key="once")

    assert there.pk != here.pk


def test_a_batch_keeps_its_order_when_some_keys_are_taken(alice):
    taken = enqueue("tests.quick", actor=alice, key="b")

    runs = enqueue_many(
        [
            Enqueue(code="tests.quick", actor=alice, key="a"),
            Enqueue(code="tests.quick", actor=alice, key="b"),
            Enqueue(code="tests.quick", actor=alice),
        ]
    )

    assert [run.key for run in runs] == ["a", "b", ""]
    assert runs[1].pk == taken.pk
    assert [len(rows_of(run)) for run in runs] == [1, 1, 1]


def test_a_batch_costs_the_same_for_two_and_for_two_hundred(alice, queries):
    with queries() as two:
        enqueue_many(wishes(2))
    with queries() as many:
        enqueue_many(wishes(200))

    assert two.count == many.count == 2


def test_a_later_job_is_scheduled_for_its_time(alice):
    at = now() + timedelta(hours=3)

    run = enqueue("tests.quick", actor=alice, at=at)

    assert rows_of(run)[0][3] == at


def test_a_flood_of_one_firm_lines_up_behind_the_first_job_of_another(alice, globex):
    flood = enqueue_many(wishes(HAND * 5))
    later = enqueue("tests.quick", actor=alice)
    with firm_transaction(globex.pk):
        other = enqueue("tests.quick", actor=Actor.system("tests.quick"))
        others_priority = priorities([other])[0]

    assert priorities(flood[:HAND]) == [0] * HAND
    assert priorities([flood[-1], later]) == [-4, -5]
    assert others_priority == 0


def test_an_unknown_job_is_refused_at_once(alice):
    with pytest.raises(LookupError, match=r"tests\.nowhere"):
        enqueue("tests.nowhere", actor=alice)
