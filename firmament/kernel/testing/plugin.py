"""Loaded by pytest before any setting is read: the cluster must be there first."""

from collections import Counter

import pytest

from firmament.kernel.testing import cluster

cluster.ensure()

# What takes long by its nature: a browser and a whole installation, a database of its own, every form and operation.
LONG_MARKS = ("journey", "cluster")
LONG_FILES = (
    "test_bad_input",
    "test_api_fuzz",
    "test_matrix",
    "test_leaks",
    "test_verification",
    "test_new_module",
    "test_isolation",
    "test_policies_in_worlds",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In parallel, begin with the files that take longest: begun last, one of them keeps every other core waiting.

    Goes with `--no-loadscope-reorder`, or xdist would begin with the files of most tests, and end with the browser's.
    Within a file the order stays as drawn, and alone a process goes through the files in any order.
    """
    if hasattr(config, "workerinput"):
        longest_first(items)


def longest_first(items: list[pytest.Item]) -> None:
    """Put files with a long mark first, then those with a long name, then by their number of tests."""
    tests = Counter(item.path for item in items)
    marked = {
        item.path: rank
        for rank, mark in reversed(list(enumerate(LONG_MARKS)))
        for item in items
        if item.get_closest_marker(mark)
    }

    def place(item: pytest.Item) -> tuple[int, int, str]:
        named = len(LONG_MARKS) + (not item.path.name.startswith(LONG_FILES))
        return marked.get(item.path, named), -tests[item.path], str(item.path)

    items.sort(key=place)
