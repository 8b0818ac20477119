"""Measuring search as a command: one JSON object, and nothing left behind."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmament.config.environment import ROOT

pytestmark = pytest.mark.cluster

PATIENCE_S = 240


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory for temporary files that the database's own account can reach."""
    with tempfile.TemporaryDirectory(prefix="evaluated-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def run(directory: Path, place: Path) -> subprocess.CompletedProcess[str]:
    ours = ("FIRMAMENT_", "DATABASE_URL", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "evaluate_search", str(directory)],
        env={**kept, "TMPDIR": str(place), "FIRMAMENT_EMBEDDINGS": "light"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def test_a_collection_is_measured_in_a_database_that_is_gone_afterwards(tmp_path: Path, place: Path) -> None:
    documents = [
        {"id": 1, "title": "Wings", "text": "The lift of a thin wing."},
        {"id": 2, "text": "Boundary layers on a flat plate."},
    ]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents))
    (tmp_path / "queries.jsonl").write_text('{"id": "a", "text": "lift of wings"}\n')
    (tmp_path / "qrels.tsv").write_text("a\t1\t3\n")

    done = run(tmp_path, place)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"words", "meaning", "both", "index_s"}
    assert set(told["both"]) == {"ndcg10", "empty", "p50_ms", "p95_ms"}
    assert told["words"] == told["meaning"] == {"ndcg10": 1.0, "empty": 0}
    assert list(place.iterdir()) == []


def test_what_is_no_collection_is_said_in_one_line(tmp_path: Path, place: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "1"}\nnot json\n')

    done = run(tmp_path, place)

    assert (done.returncode, done.stdout) == (1, "")
    assert "corpus.jsonl, line 2" in done.stderr
    assert "Traceback" not in done.stderr
