"""The order in which the files of tests are begun when several processes share them."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from firmament.kernel.testing.plugin import longest_first

FILES = {
    "test_many.py": ("", 9),
    "test_browser.py": ("journey", 2),
    "test_few.py": ("", 3),
    "test_upgrade.py": ("cluster", 4),
    "test_bad_input_forms.py": ("", 5),
    "test_walk.py": ("journey", 6),
}


class Item:
    """What the order is made from: a test's file and its marks."""

    def __init__(self, name: str, mark: str) -> None:
        self.path, self.mark = Path("/house") / name, mark

    def get_closest_marker(self, name: str) -> bool:
        return name == self.mark


@pytest.mark.parametrize("seed", range(5))
def test_long_files_come_first_and_no_file_is_torn(seed: int) -> None:
    items = [Item(name, mark) for name, (mark, count) in FILES.items() for _ in range(count)]
    random.Random(seed).shuffle(items)
    given = set(map(id, items))

    longest_first(items)  # type: ignore[arg-type]

    begun = list(dict.fromkeys(item.path.name for item in items))
    assert begun == [
        "test_walk.py",
        "test_browser.py",
        "test_upgrade.py",
        "test_bad_input_forms.py",
        "test_many.py",
        "test_few.py",
    ]
    torn = sum(one.path != other.path for one, other in pairwise(items))
    assert torn == len(FILES) - 1
    assert set(map(id, items)) == given
