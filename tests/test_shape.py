"""The shape of the house: what a room may be called, how large it may grow, whom it asks."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "firmament" / "modules"
ROOMS = sorted(path.parent for path in MODULES.glob("*/apps.py"))

CAPS = {
    "__init__": 15,
    "apps": 40,
    "models": 400,
    "events": 120,
    "policies": 150,
    "evidence": 120,
    "gateways": 250,
    "actions": 400,
    "public": 150,
    "forms": 250,
    "schemas": 250,
    "views": 350,
    "portal": 250,
    "api": 250,
    "reports": 250,
    "jobs": 200,
    "search": 120,
    "steps": 200,
    "urls": 60,
    "demo": 400,
}
KERNEL_CAP = 400
FUNCTION_CAP = 40
ROOM_CAP = 3000
BANNED_NAMES = {"utils", "helpers", "helper", "common", "services", "misc", "base_utils"}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def sources(root: Path) -> list[Path]:
    return [
        path
        for path in sorted(root.rglob("*.py"))
        if "migrations" not in path.parts and "tests" not in path.parts
    ]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_holds_only_files_of_known_names_within_their_caps(room: Path) -> None:
    for path in sources(room):
        relative = path.relative_to(room)
        if relative.parts[0] in ("templatetags", "management"):
            continue
        name = relative.parts[0].removesuffix(".py")
        assert name in CAPS, f"{relative}: no room has such a file"
        assert lines(path) <= CAPS[name], f"{relative}: {lines(path)} lines, cap {CAPS[name]}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_is_not_two_rooms(room: Path) -> None:
    assert sum(lines(path) for path in sources(room)) <= ROOM_CAP


def test_no_file_of_the_kernel_the_ui_or_the_lib_outgrows_its_cap() -> None:
    over = [
        f"{path.relative_to(ROOT)}: {lines(path)}"
        for part in ("kernel", "ui", "lib", "config")
        for path in sources(ROOT / "firmament" / part)
        if lines(path) > KERNEL_CAP
    ]

    assert over == []


def test_nothing_is_called_utils_or_helpers() -> None:
    assert [path for path in sources(ROOT / "firmament") if path.stem in BANNED_NAMES] == []


def test_every_function_fits_on_a_screen() -> None:
    over = []
    for path in sources(ROOT / "firmament"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_CAP:
                    over.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length}")

    assert over == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_asks_exactly_whom_it_says_it_asks(room: Path) -> None:
    asked = set()
    for path in sources(room):
        for found in re.findall(r"firmament\.modules\.(\w+)", path.read_text()):
            if found != room.name:
                asked.add(found)

    assert asked == set(getattr(apps.get_app_config(room.name), "requires", ()))


def test_no_test_flushes_by_truncate() -> None:
    banned = ("TransactionTestCase", "transactional_db", "live_server", "transaction=True")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for root in (ROOT / "firmament", ROOT / "tests")
        for path in root.rglob("test_*.py")
        if path != Path(__file__).resolve()
        for word in banned
        if word in path.read_text()
    ]

    assert found == []
