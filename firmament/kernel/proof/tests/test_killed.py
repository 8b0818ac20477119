"""The sequencer is killed before each of its steps in turn, in transactions that really commit."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from firmament.kernel.ledger.models import Entry, RowChange
from firmament.kernel.proof.faults import What
from firmament.kernel.proof.jobs import serve
from firmament.kernel.proof.keeping import Keep
from firmament.kernel.proof.models import Checkpoint, Log, LogEntry
from firmament.kernel.proof.tests.factories import write_entries
from firmament.kernel.proof.verification import examine
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.kernel.testing.at_once import Crowd, crowd

pytestmark = pytest.mark.cluster


@pytest.fixture
def together(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("killed") as made:
        yield made


def in_a_process(work: Callable[[], object]) -> bool:
    """Whether it ended by itself; False when it was killed."""
    pid = os.fork()
    if not pid:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.__stderr__.write(f"{error!r}\n")
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed instead of being killed"
    return not os.WIFSIGNALED(status)


def serve_until(step: int, database: str, home: Path, firm_id: UUID) -> None:
    """Number and sign; die before statement or touch of a file number `step`."""
    steps = count(1)

    def die_in_time() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def ask(execute: Callable[..., object], *args: object) -> object:
        die_in_time()
        return execute(*args)

    def touch(event: str, args: tuple[object, ...]) -> None:
        if event in {"open", "os.link", "os.mkdir", "os.rename", "os.remove"} and str(home) in str(args):
            die_in_time()

    mine = connections["default"]
    # What the parent has open stays the parent's.
    mine.connection = None
    mine.settings_dict = {**mine.settings_dict, "NAME": database}
    mine.execute_wrappers.append(ask)
    sys.addaudithook(touch)
    serve(firm_id)


def left_behind() -> UUID:
    """Nothing of what is left is wrong, once the server has noticed that nobody is there any more; then there is more to do."""
    list(Log.objects.select_for_update())
    # What the template wrote long ago may wait for its numbers; that is late, and not wrong.
    assert [fault for fault in examine(current_firm_id()).told() if fault.what is not What.WAITING] == []
    write_entries(2)
    return current_firm_id()


def whole() -> None:
    firm_id = current_firm_id()
    serve(firm_id)
    seqs = list(LogEntry.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(Entry.objects.count() + RowChange.objects.count())), "lost or doubled"
    newest = Checkpoint.objects.latest("size")
    assert newest.size == len(seqs) == Keep(firm_id).signed().size
    assert newest.note == Keep(firm_id).signed().note
    assert examine(firm_id).told() == []


@pytest.mark.parametrize("mended", [True, False], ids=["mended-between", "one-after-another"])
def test_killed_before_any_step_nothing_is_lost_or_doubled_or_signed_wrongly(
    together: Crowd, proof_home: Path, mended: bool
) -> None:
    firm_id = together.alone(left_behind)
    for step in count(1):
        if in_a_process(lambda step=step: serve_until(step, together.database, proof_home, firm_id)):
            break
        together.alone(left_behind)
        if mended:
            together.alone(whole)
            together.alone(lambda: write_entries(2))

    together.alone(whole)
    assert step > 20, "each statement and each touch of a file is a step"
