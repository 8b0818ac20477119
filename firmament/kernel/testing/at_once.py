"""Work done at the same moment in threads with connections of their own, in transactions that really commit."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster

PATIENCE = 180


class Crowd:
    """Runs pieces of work against one fresh copy of the template, each in Acme's firm transaction."""

    def __init__(self, database: str) -> None:
        self.database = database

    def at_once(self, *works: Callable[[], Any]) -> list[Any]:
        """The answer of each, or the exception it ended with, in the order they were given.

        They set out together, once every one of them is ready.
        """
        answers: list[Any] = [None] * len(works)
        ready = threading.Barrier(len(works))

        def run(place: int, work: Callable[[], Any]) -> None:
            mine = connections["default"]
            mine.settings_dict = {**mine.settings_dict, "NAME": self.database}
            try:
                firm = Firm.objects.get(slug="acme")
                ready.wait(PATIENCE)
                with firm_transaction(firm.pk):
                    answers[place] = work()
            except Exception as error:
                answers[place] = error
            finally:
                mine.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "they wait for each other for ever"
        return answers

    def alone(self, work: Callable[[], Any]) -> Any:
        """One piece of work by itself; what it raises is raised."""
        (answer,) = self.at_once(work)
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def crowd(name: str) -> Iterator[Crowd]:
    """A copy of the template for one test file; `name` tells it from the others of this process."""
    database = f"firmament_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    cluster.clone(cluster.TEMPLATE, database)
    try:
        yield Crowd(database)
    finally:
        cluster.drop(database)
