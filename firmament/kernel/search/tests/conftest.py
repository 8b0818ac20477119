"""What the tests of search share: clients in the index, and a model that answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmament.kernel.search.gateways import embedder, vector_of
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_client


@pytest.fixture
def make(alice: Actor, run_jobs: Callable[[], int]) -> Callable[..., Client]:
    """A client that is in the index."""

    def make(name: str, **fields: str) -> Client:
        client = make_client(alice, name=name, **fields)
        run_jobs()
        return client

    return make


@pytest.fixture
def minilm(settings: Any) -> Iterator[None]:
    """The default model, loaded: a search does not wait for it."""
    settings.EMBEDDINGS = "minilm"
    embedder()
    yield
    vector_of.cache_clear()
