"""Walking along arrows from one thing to others: who is reached in how many steps, and by which way."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

Node = TypeVar("Node")
# From each step who is reached in it, each with the one before on a shortest way; the start is the first step.
Steps = list[dict[Node, Node | None]]


def steps_from(
    start: Node, arrows: Callable[[Collection[Node]], Iterable[tuple[Node, Node]]], *, most: int
) -> Steps[Node]:
    """Who is reached, step by step, for at most so many steps; in a circle the same are reached again.

    `arrows` gives those that begin at any of the things given, as (from, to): once for each step.
    """
    steps: Steps[Node] = [{start: None}]
    while len(steps) <= most:
        reached: dict[Node, Node | None] = {to: before for before, to in arrows(steps[-1])}
        if not reached:
            break
        steps.append(reached)
    return steps


def way_to(end: Node, steps: Steps[Node]) -> list[Node]:
    """A shortest way from the start to what was reached, both included; empty where it was not."""
    length = next((number for number, reached in enumerate(steps) if end in reached), None)
    if length is None:
        return []
    way = [end]
    for reached in steps[length:0:-1]:
        before = reached[way[0]]
        assert before is not None, "only the start has none before"
        way.insert(0, before)
    return way
