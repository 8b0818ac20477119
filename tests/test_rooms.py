"""Rooms are alike: whatever stands in a room's file is of a kind that the exemplar's file of that name holds too.

The exemplar is `snippets`, and the pattern from which `make new-module` makes rooms. Further kinds stand below, each
with what it is for; whoever needs another one adds it there, and says why.
"""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern

from firmament.kernel.ledger.events import Event
from firmament.kernel.policies.powers import Power
from tests.test_shape import CAPS

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "firmament" / "modules"
PATTERN = ROOT / "scripts" / "room" / "module"
EXEMPLARS = (MODULES / "snippets", PATTERN)
ROOMS = sorted(path.parent for path in MODULES.glob("*/apps.py"))

FURTHER = {
    "actions": {"statement": "two actions that are made alike"},
    "api": {
        "__all__": "a package's own list",
        "statement": "routers of a package joined into one",
        "class In": "what one operation alone answers",
        "function": "the row of an address, or 404; several files load it",
    },
    "demo": {"class Protocol": "what the first room gives all others"},
    "evidence": {"call declare_evidence": "which events tell of changes of regulated rows"},
    "forms": {
        "__all__": "a package's own list",
        "class Form": "a form whose last word is its own",
        "class BaseFormSet": "lines of a form",
        "class Field": "what only this room asks for",
        "class dataclass": "what is chosen in one",
        "statement": "a table of cells or formats that a loop fills",
        "function": "choices that several forms offer, and columns of a file that is brought",
    },
    "policies": {"statement": "a rule for each of several tables"},
    "portal": {"page": "pages for clients", "function": "what they share"},
    "reports": {
        "class": "what finds the rows of a list's page by another way than its filters",
        "class TypedDict": "figures as a row keeps them, in JSON",
        "call declare_vocabulary": "values of the room that wording may name",
    },
    "schemas": {
        "statement": "that a list which is spelt out for the document is whole",
        "function": "a row with what stands in it",
    },
    "steps": {"call declare_steps": "what macros may do here", "function": "the words and dates of a step"},
    "views": {
        "function": "the row of an address, or 404, and words that several files say",
        "class dataclass": "what several views show alike",
    },
    "urls": {
        "portal_urlpatterns": "pages for clients",
        "public_urlpatterns": "pages for everybody",
        "operator_urlpatterns": "pages for who runs the platform",
    },
    "gateways": {
        "class Protocol": "the door",
        "class": "what stands behind it",
        "constant": "",
        "function": "",
    },
}
# What a class is, by the name of what it descends from.
ROOTS = {
    "AppConfig": "AppConfig",
    "FirmModel": "FirmModel",
    "VersionModel": "FirmModel",
    "WordingVersionModel": "FirmModel",
    "TaggingModel": "FirmModel",
    "ShareModel": "FirmModel",
    "FirmQuerySet": "FirmQuerySet",
    "Event": "Event",
    "Changed": "Event",
    "ShareEvent": "Event",
    "Power": "Power",
    "TypedDict": "TypedDict",
    "Protocol": "Protocol",
    "ActionForm": "ActionForm",
    "WordingForm": "ActionForm",
    "forms.Form": "Form",
    "forms.BaseFormSet": "BaseFormSet",
    "forms.CharField": "Field",
    "BaseModel": "In",
    "Schema": "In",
    "In": "In",
    "Exact": "In",
    "PlaceIn": "In",
    "Out": "Out",
}
ENTRANCES = ("staff_page", "portal_page", "public_page", "person_page", "operator_page", "operators_desk")


def files(room: Path) -> dict[str, list[Path]]:
    """Each of the room's files by the name of its part; a package's files belong to one."""
    found: dict[str, list[Path]] = {}
    for path in sorted(room.rglob("*.py")):
        part = path.relative_to(room).parts[0].removesuffix(".py")
        if part not in ("migrations", "tests", "templatetags", "management", "__init__"):
            found.setdefault(part, []).append(path)
    return found


def kinds(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each thing that stands at the top of these files, as (kind, where). What is private is a file's own business."""
    nodes = [(node, path) for path in paths for node in ast.parse(path.read_text()).body]
    bases = {
        node.name: [ast.unparse(base).partition("[")[0] for base in node.bases]
        for node, _path in nodes
        if isinstance(node, ast.ClassDef)
    }
    for node, path in nodes:
        kind = kind_of(node, bases)
        if kind:
            yield kind, f"{path.relative_to(ROOT)}:{node.lineno}"


def kind_of(node: ast.stmt, bases: dict[str, list[str]]) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            return ""
        case ast.Expr(value=ast.Constant()):
            return ""
        case ast.Expr(value=ast.Call(func=called)):
            return f"call {ast.unparse(called)}" if ast.unparse(called).startswith("declare") else "statement"
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if name.startswith("_"):
            return ""
        case ast.ClassDef():
            return f"class {root_of(node, bases)}".strip()
        case ast.FunctionDef():
            return function_kind(node)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            private_or_loud = (name.startswith("_") and not name.startswith("__")) or name != name.lower()
            return "constant" if private_or_loud else name
        case _:
            return "statement"


def root_of(node: ast.ClassDef, bases: dict[str, list[str]]) -> str:
    if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list) and not node.bases:
        return "dataclass"
    seen = list(bases[node.name])
    while seen:
        base = seen.pop(0)
        if base in ROOTS:
            return ROOTS[base]
        seen += bases.get(base, [])
    return ""


def function_kind(node: ast.FunctionDef) -> str:
    marks = [ast.unparse(mark).partition("(")[0] for mark in node.decorator_list]
    if set(marks) & set(ENTRANCES):
        return "page"
    if "operation" in marks:
        return "operation"
    return "job" if set(marks) & {"on", "every", "job"} else "function"


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Part → the kinds of things that the exemplars hold there."""
    found: dict[str, set[str]] = {part: set(more) for part, more in FURTHER.items()}
    for part in CAPS.keys() - {"apps", "urls"}:
        found.setdefault(part, set()).add("constant")
    for room in EXEMPLARS:
        for part, paths in files(room).items():
            found.setdefault(part, set()).update(kind for kind, _where in kinds(paths))
    return found


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_holds_what_the_exemplar_holds(room: Path, known: dict[str, set[str]]) -> None:
    strange = [
        f"{where}: {kind}"
        for part, paths in files(room).items()
        for kind, where in kinds(paths)
        if kind not in known.get(part, set())
    ]

    assert strange == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_whatever_a_room_says_of_itself_begins_with_its_name(room: Path) -> None:
    config = apps.get_app_config(room.name)
    wrong = []
    if not (
        config.label == room.name and config.name == f"firmament.modules.{room.name}" and config.verbose_name
    ):
        wrong.append("apps.py: its name, label or words")
    for part in ("events", "policies"):
        for path in files(room).get(part, []):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for thing in vars(module).values():
                if not isinstance(thing, type) or thing.__module__ != module.__name__:
                    continue
                codes = (
                    [thing.code]
                    if issubclass(thing, Event)
                    else list(thing)
                    if issubclass(thing, Power)
                    else []
                )
                wrong += [str(code) for code in codes if not str(code).startswith(f"{room.name}.")]

    assert wrong == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_what_is_written_down_is_written_down_by_somebody(room: Path) -> None:
    """An action that records or asks for a power takes the actor first: nobody acts for nobody."""
    nameless = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in files(room).get("actions", [])
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and re.search(r"^ +(record|require)\(", ast.unparse(node), re.MULTILINE)
        and (not node.args.args or node.args.args[0].arg != "actor")
        and not node.name.startswith("_")
    ]

    assert nameless == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_addresses_end_with_a_slash_and_are_named_in_words(room: Path) -> None:
    if find_spec(f"firmament.modules.{room.name}.urls") is None:
        return
    urls = import_module(f"firmament.modules.{room.name}.urls")
    wrong = [
        f"{pattern.pattern} {pattern.name}"
        for door in ("urlpatterns", "portal_urlpatterns", "public_urlpatterns", "operator_urlpatterns")
        for pattern in getattr(urls, door, ())
        if isinstance(pattern, URLPattern)
        and not (
            re.fullmatch(r"(.+/)?", str(pattern.pattern)) and re.fullmatch(r"[a-z_]+", pattern.name or "")
        )
    ]

    assert wrong == []
