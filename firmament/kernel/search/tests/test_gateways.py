"""The three models: what they answer, and what an address may do to us."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from firmament.kernel.search.gateways import (
    DIMENSIONS,
    Embedder,
    EmbeddingFailed,
    Endpoint,
    Light,
    MiniLm,
    Vector,
    fitted,
)

TEXTS = ("The invoice is overdue.", "Somebody has not paid their bill.", "Apples grow on trees.", "")


def cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module", params=[MiniLm, Light])
def shipped(request: pytest.FixtureRequest) -> Embedder:
    model: Embedder = request.param()
    return model


def test_a_shipped_model_puts_alike_texts_near_each_other(shipped: Embedder) -> None:
    overdue, unpaid, apples, nothing = shipped.embed(TEXTS)

    assert cosine(overdue, unpaid) > cosine(overdue, apples)
    for vector in (overdue, unpaid, apples, nothing):
        assert len(vector) == DIMENSIONS
        assert math.isclose(cosine(vector, vector), 1.0, abs_tol=1e-3)


def test_a_text_has_the_same_vector_alone_and_among_longer_ones(shipped: Embedder) -> None:
    (alone,) = shipped.embed(TEXTS[:1])
    among, _longer = shipped.embed((TEXTS[0], "word " * 300))

    # int8 activations are scaled by what stands beside them, so it is near and not equal.
    assert cosine(alone, among) > 0.98


class Answers(BaseHTTPRequestHandler):
    """An address that answers as it is told to, and keeps what it was asked."""

    status = 200
    body: Any = None
    asked: list[tuple[str, dict[str, Any], str]]

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, given, self.headers.get("Authorization", "")))
        rows = [{"index": n, "embedding": [float(len(text)), 1.0]} for n, text in enumerate(given["input"])]
        body = self.body if self.body is not None else {"data": rows[::-1]}
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the test's own output."""


@contextmanager
def answering(*, status: int = 200, body: Any = None) -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []
    handler = type("Told", (Answers,), {"status": status, "body": body, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/embeddings?model=small", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_address_is_asked_once_for_all_texts_and_answers_in_any_order() -> None:
    with answering() as (url, asked):
        model = Endpoint(url, "a-key")
        vectors = model.embed(["a", "four"])

    assert vectors == [fitted([1.0, 1.0]), fitted([4.0, 1.0])]
    assert model.code == "127.0.0.1:small"
    assert asked == [
        (
            "/v1/embeddings",
            {"model": "small", "input": ["a", "four"], "dimensions": DIMENSIONS},
            "Bearer a-key",
        )
    ]


@pytest.mark.parametrize(
    ("status", "body", "lasting"),
    [
        (500, None, False),
        (429, None, False),
        (401, None, True),
        (302, None, False),
        (200, {"data": []}, True),
        (200, {"data": [{"index": 0, "embedding": [1.0] * 385}]}, True),
        (200, {"data": [{"index": 0, "embedding": "x"}]}, True),
        (200, ["nothing"], True),
    ],
)
def test_an_address_that_answers_wrongly_is_said_to(status: int, body: Any, lasting: bool) -> None:
    with answering(status=status, body=body) as (url, asked), pytest.raises(EmbeddingFailed) as told:
        Endpoint(url, "").embed(["text"])

    assert told.value.lasting is lasting
    assert len(asked) == 1, "redirects are not followed"


def test_an_address_that_is_not_there_may_be_asked_again() -> None:
    with answering() as (url, _asked):
        pass

    with pytest.raises(EmbeddingFailed) as told:
        Endpoint(url, "").embed(["text"])

    assert not told.value.lasting


@pytest.mark.parametrize("broken", [[], [0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_a_vector_that_points_nowhere_becomes_one_that_can_be_kept(broken: Vector) -> None:
    vector = fitted(broken)

    assert len(vector) == DIMENSIONS
    assert cosine(vector, vector) == 1.0
