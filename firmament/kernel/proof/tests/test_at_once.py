"""Many write and several sequencers number at the same moment, in transactions that really commit."""

from collections.abc import Iterator
from typing import Any

import pytest

from firmament.kernel.ledger.models import Entry
from firmament.kernel.proof.models import LogEntry
from firmament.kernel.proof.sequencer import sequence
from firmament.kernel.proof.tests.factories import number_everything, write_entries
from firmament.kernel.proof.verification import examine
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.kernel.testing.at_once import Crowd, crowd

pytestmark = pytest.mark.cluster


@pytest.fixture
def together(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("proof") as made:
        yield made


def numbering() -> int:
    return sum(sequence(current_firm_id(), limit=7) for _ in range(4))


def whole() -> tuple[list[int], int, list[object]]:
    number_everything()
    numbers = list(LogEntry.objects.order_by("seq").values_list("seq", flat=True))
    return numbers, Entry.objects.count(), list(examine(current_firm_id()).told())


def test_numbers_have_no_gap_however_many_write_and_number_at_once(together: Crowd) -> None:
    together.alone(number_everything)
    for _ in range(3):
        answers = together.at_once(*([lambda: len(write_entries(10))] * 6), *([numbering] * 3))
        assert not [answer for answer in answers if isinstance(answer, Exception)]

    numbers, entries, told = together.alone(whole)

    # Changes of regulated rows are numbered among the entries.
    assert numbers == list(range(len(numbers))) and len(numbers) >= entries
    assert told == []
