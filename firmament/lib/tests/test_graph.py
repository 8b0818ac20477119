"""Walking along arrows, against a walk that tries every way."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firmament.lib.graph import steps_from, way_to

ARROWS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=16)


def along(arrows: set[tuple[int, int]]):
    return lambda nodes: [(before, to) for before, to in sorted(arrows) if before in nodes]


@given(ARROWS, st.integers(1, 8))
def test_each_step_holds_exactly_who_is_reached_in_so_many(arrows: set[tuple[int, int]], most: int) -> None:
    steps = steps_from(0, along(arrows), most=most)

    reached = {0}
    for step in steps:
        assert set(step) == reached
        reached = {to for before, to in arrows if before in reached}
    assert len(steps) == most + 1 or reached == set()


@given(ARROWS, st.integers(0, 6))
def test_the_way_is_a_shortest_one_along_the_arrows(arrows: set[tuple[int, int]], end: int) -> None:
    steps = steps_from(0, along(arrows), most=7)

    way = way_to(end, steps)

    if not way:
        assert all(end not in step for step in steps)
        return
    assert (way[0], way[-1]) == (0, end)
    assert all(pair in arrows for pair in pairwise(way))
    assert all(end not in step for step in steps[: len(way) - 1])
