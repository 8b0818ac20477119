import sys

import pytest

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.checks import check_jobs
from firmament.kernel.jobs.registry import Lane, every, job, on, powers_of, subscribers_of


class Shared:
    code = "tests.shared"


@pytest.fixture(autouse=True)
def only_here(monkeypatch):
    known = registry.event_known
    monkeypatch.setattr(registry, "event_known", lambda code: code == Shared.code or known(code))
    before = set(registry.job_specs())
    yield
    registry.forget(*(set(registry.job_specs()) - before), "tests.twice")


def ids():
    return [message.id for message in check_jobs() if "test" in message.msg]


def test_the_house_as_it_stands_passes_its_checks():
    assert ids() == []


def test_followers_are_found_by_the_code_of_the_event():
    @on(Shared, code="tests.b")
    def b(event): ...

    @on(Shared, code="tests.a", lane=Lane.NOW, powers=["documents.share"])
    def a(event): ...

    assert subscribers_of("tests.shared") == ("tests.a", "tests.b")
    assert subscribers_of("") == ()
    assert powers_of("tests.a") == {"documents.share"}
    assert powers_of("tests.unknown") == frozenset()


def test_a_code_is_the_room_and_the_name():
    def remind(event): ...

    remind.__module__ = "firmament.modules.documents.jobs.reminders"
    on(Shared)(remind)

    assert registry.job_spec("documents.remind").event == "tests.shared"
    registry.forget("documents.remind")


def test_two_jobs_of_one_name_fail_the_check():
    @job("tests.twice")
    def one(run): ...

    @job("tests.twice")
    def two(run): ...

    assert ids() == ["jobs.E001"]


def test_a_room_whose_jobs_are_not_loaded_fails_the_check(monkeypatch):
    monkeypatch.delitem(sys.modules, "firmament.kernel.jobs.jobs")

    assert "jobs.E002" in [message.id for message in check_jobs()]


def test_an_event_that_no_room_declares_fails_the_check(monkeypatch):
    monkeypatch.setattr(registry, "event_known", lambda code: code != "tests.shared")

    @on(Shared, code="tests.follow")
    def follow(event): ...

    assert ids() == ["jobs.E003"]


def test_a_cron_of_another_shape_fails_the_check():
    @every("0 7 * *", "tests.short")
    def short(): ...

    @every("61 7 * * *", "tests.late")
    def late(): ...

    assert ids() == ["jobs.E004", "jobs.E004"]


def test_a_job_that_needs_its_run_must_ask_for_it():
    @on(Shared, code="tests.outside", outside=True)
    def outside(event): ...

    @job("tests.asked")
    def asked(client): ...

    assert ids() == ["jobs.E005", "jobs.E005"]
