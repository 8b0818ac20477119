"""A room made by the scaffold is a room like any other: it passes every check, and its own tests, as it stands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import new_module
from scripts.check import CHECKS

ROOT = Path(__file__).resolve().parents[1]
NAME, NOUN = "apple_pies", "apple_pie"
SHAPES = ("tests/test_shape.py", "tests/test_openapi.py", "tests/test_docs.py")
AS_IT_IS = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
LEFT_BEHIND = (
    *(".git", ".venv", ".tools", "node_modules", "var", "__pycache__", "results"),
    *(".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"),
)
LEFT = re.compile(r"sample.?things?", re.IGNORECASE)


def run(place: Path, *command: str) -> str:
    """A command in the copy, as a developer there would give it; none of it may reach this run's own database."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("FIRMAMENT_", "PYTEST_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=place,
        env={**kept, "PYTHONPATH": str(place), "FIRMAMENT_HOME": str(place / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it stands, with one more room."""
    place = tmp_path_factory.mktemp("copy")
    # mypy's cache goes along: it knows the files that are the same.
    shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(*LEFT_BEHIND), dirs_exist_ok=True)
    run(place, "scripts/new_module.py", NAME, NOUN)
    return place


def test_nothing_of_the_pattern_is_left_in_it(copy: Path) -> None:
    made = [
        *(copy / "firmament" / "modules" / NAME).rglob("*"),
        copy / "docs" / "how-to" / "keep-apple-pies.md",
        copy / "changelog.d" / f"{NAME}.added.md",
    ]

    assert [path for path in made if LEFT.search(path.name)] == []
    assert [path for path in made if path.is_file() and LEFT.search(path.read_text())] == []
    assert "An apple pie belongs to one client" in made[-2].read_text()


# The system's own checks come before migrations and powers are looked at; shape and API stand below.
@pytest.mark.parametrize("check", sorted(CHECKS.keys() - {"system checks", "shape and API"}))
def test_it_passes_every_check_of_the_house(copy: Path, check: str) -> None:
    python, *rest = CHECKS[check]
    run(copy, *rest) if python == sys.executable else run(copy, "-c", AS_IT_IS, python, *rest)


def test_it_passes_its_own_tests_the_shape_of_rooms_the_api_and_the_leak_sweep(copy: Path) -> None:
    passed = run(
        copy,
        *(
            "-m",
            "pytest",
            "-q",
            "-n0",
            "-p",
            "no:cacheprovider",
            "-k",
            f"{NOUN} or index_and_the_files or openapi",
        ),
        *(f"firmament/modules/{NAME}", "tests/test_rooms.py", "tests/test_leaks.py", *SHAPES),
    )

    # Eight of actions, four of pages, two of the API, one each of the job and the demo; then those that came with it.
    assert int(re.search(r"(\d+) passed", passed)[1]) >= 16 + 4 + 8


@pytest.mark.parametrize(
    ("name", "noun", "why"),
    [
        ("Widgets", "widget", "lower case"),
        ("widgets", "widgets", "must differ"),
        ("lists", "list", "means something in Python"),
        ("../x", "widget", "lower case"),
        ("documents", "document", "already"),
        ("kernel", "nut", "already"),
        ("a" * 25, "widget", "more than 24"),
    ],
)
def test_names_that_will_not_do_are_refused_in_words(name: str, noun: str, why: str) -> None:
    with pytest.raises(new_module.NameWillNotDo, match=why):
        new_module.check(name, noun)


def test_words_are_put_where_each_belongs() -> None:
    say = new_module.renamer("price_books", "price_book")

    assert say("sample_things:sample_thing SampleThing SAMPLE_THING samplething") == (
        "price_books:price_book PriceBook PRICE_BOOK pricebook"
    )
    assert say("A sample thing, two sample things; Sample things at /sample-things") == (
        "A price book, two price books; Price books at /price-books"
    )
    assert new_module.renamer("offers", "offer")("a sample thing, A sample thing") == "an offer, An offer"
