"""Background work: seen, tried again, given up, stopped."""

import pytest

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.jobs.schedule import tick_firm
from firmament.kernel.policies.decide import Denied
from firmament.modules.operations.actions import discard_job, replay_job, stop_job
from firmament.modules.operations.tests.factories import make_dead_letter, make_run

JOBS = "/w/acme/operations/jobs/"


def state(run: JobRun) -> str:
    run.refresh_from_db()
    return run.state


def told(answer) -> str:
    return answer.content.decode()


def test_a_dead_letter_stands_with_its_reason_and_attempt(alice, alice_browser):
    run = make_dead_letter(alice, reason="The server said 550.")

    listed = told(alice_browser.get(JOBS, {"state": "failed"}))
    page = told(alice_browser.get(f"{JOBS}{run.pk}/"))

    assert "The server said 550." in listed
    assert "Cannot succeed as it stands" in page
    assert "Alice Partner" in page
    assert "Give up" not in page  # a partner sees it; the administrator decides


def test_the_administrator_replays_it_and_two_clicks_are_one(ada, ada_browser, ledger):
    run = make_dead_letter(ada)
    ledger.forget()

    for _ in range(2):
        ada_browser.post(f"{JOBS}{run.pk}/replay/")

    assert state(run) == State.QUEUED
    assert ledger.codes() == ["operations.job_replayed"]
    assert "another state" in told(ada_browser.get(f"{JOBS}{run.pk}/"))


def test_a_replayed_run_runs(ada, ada_browser, run_jobs):
    run = make_dead_letter(ada)

    ada_browser.post(f"{JOBS}{run.pk}/replay/")
    run_jobs()

    assert state(run) == State.SUCCEEDED


def test_giving_it_up_keeps_the_reason(ada, ada_browser, ledger):
    run = make_dead_letter(ada)
    ledger.forget()

    ada_browser.post(f"{JOBS}{run.pk}/discard/")

    assert state(run) == State.CANCELED
    assert run.error_text == "The server said 550."
    assert ledger.codes() == ["operations.job_discarded"]


def test_waiting_work_is_stopped_at_once(ada, ada_browser):
    run = make_run(ada)

    ada_browser.post(f"{JOBS}{run.pk}/stop/")

    assert state(run) == State.CANCELED


def test_many_are_replayed_at_once_and_what_is_no_dead_letter_is_left(ada, ada_browser):
    dead, waiting = make_dead_letter(ada), make_run(ada)

    ada_browser.post(
        JOBS, {"bulk": "replay", "confirmed": "yes", "selected": [str(dead.pk), str(waiting.pk)]}
    )

    assert (state(dead), state(waiting)) == (State.QUEUED, State.QUEUED)
    assert "1 run will be tried again" in told(ada_browser.get(JOBS))


@pytest.mark.parametrize("act", [replay_job, discard_job, stop_job])
def test_a_partner_may_look_and_not_touch(ada, alice, act, ledger):
    run = make_dead_letter(ada)
    ledger.forget()

    with pytest.raises(Denied):
        act(alice, run)
    assert state(run) == State.FAILED
    assert ledger.codes() == []


def test_a_step_nobody_knows_is_no_page(ada, ada_browser):
    run = make_dead_letter(ada)

    assert ada_browser.post(f"{JOBS}{run.pk}/explode/").status_code == 404
    assert ada_browser.get(f"{JOBS}{run.pk}/replay/").status_code == 405
    assert state(run) == State.FAILED


def test_the_progress_of_running_work_asks_for_itself(ada, ada_browser):
    run = make_run(ada)
    JobRun.objects.filter(pk=run.pk).update(progress_done=3, progress_total=12, progress_what="Reading rows")

    page = told(ada_browser.get(f"{JOBS}{run.pk}/"))
    fragment = ada_browser.get(f"{JOBS}{run.pk}/", headers={"HX-Request": "true", "HX-Target": "progress"})

    assert "hx-get" in page
    assert "<html" not in told(fragment)
    assert "3 / 12" in told(fragment)


def test_the_list_costs_the_same_for_few_and_for_many(ada, ada_browser, queries):
    make_dead_letter(ada)
    ada_browser.get(JOBS)
    with queries() as few:
        ada_browser.get(JOBS)
    for _ in range(15):
        make_dead_letter(ada)

    with queries() as many:
        ada_browser.get(JOBS)

    assert many.count == few.count <= 8


def test_schedules_show_their_next_ten_times(ada_browser):
    tick_firm()

    page = told(ada_browser.get(f"{JOBS}schedules/"))

    assert "Clients: empty bin" in page
    assert page.partition("Clients: empty bin")[2].partition("</tr>")[0].count("<li>") == 10
