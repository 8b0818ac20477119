"""What the documentation says is there: pages, links, commands, addresses, labels, dependencies, figures."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.urls import Resolver404, resolve

from bench import page as bench_page
from firmament.config.environment import Environment
from firmament.kernel.tenancy.models import Firm
from scripts import check_docs

ROOT = Path(__file__).resolve().parents[1]
PAGES = check_docs.pages()
# In these pages bold words are labels on the screen; elsewhere they may be emphasis.
LABELED = sorted(
    [
        *(check_docs.DOCS / "tutorial").glob("*.md"),
        *(check_docs.DOCS / "guides").glob("*.md"),
        check_docs.DOCS / "how-to" / "ask-clients-for-documents.md",
    ]
)
# What a page may call that is not ours: each is on every machine that the page is written for, or the page says so.
OUTSIDE = frozenset(
    {"git", "cd", "sudo", "apt-get", "curl", "npm", "psql", "systemctl", "journalctl", "cp", "chmod", "mkdir"}
    | {
        "export",
        "cat",
        "tar",
        "rsync",
        "openssl",
        "certbot",
        "nginx",
        "caddy",
        "useradd",
        "install",
        "jq",
        "ls",
    }
    | {"sha256sum", "pg_dump", "pg_restore", "createdb", "createuser", "kill", "rm", "mv", "python3", "echo"}
)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


# Pages and links


def test_the_index_and_the_files_agree_and_every_link_leads_somewhere() -> None:
    assert check_docs.faults() == []


def test_pictures_are_small_enough_to_be_kept() -> None:
    pictures = {path.name: path.stat().st_size for path in (check_docs.DOCS / "images").glob("*.png")}

    assert {name: size for name, size in pictures.items() if size > 200_000} == {}


# Commands


def commands(page: Path) -> Iterator[list[str]]:
    """Each command of a page's `sh` and `console` blocks, split into words, without prompt and variables."""
    for kind, block in re.findall(r"^```(sh|console)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if kind == "console":
                if not line.startswith("$ "):
                    continue  # what the command prints
                line = line[2:]
            for part in re.split(r"\s(?:&&|\|\||\|)\s", line):
                words = shlex.split(part, comments=True)
                yield from ([words] if words else [])


ALL_COMMANDS = [
    pytest.param(words, id=f"{named(page)}: {' '.join(words)[:60]}")
    for page in PAGES
    for words in commands(page)
]


def without_settings(words: list[str]) -> list[str]:
    """The command proper, once the variables set before it are known to be ours."""
    rest = list(words)
    while rest and re.fullmatch(r"[A-Z_]+=.*", rest[0]):
        check_setting(rest.pop(0).partition("=")[0])
    return rest[1:] if rest[:1] == ["sudo"] else rest


@cache
def settings_names() -> frozenset[str]:
    names = {f"FIRMAMENT_{name.upper()}" for name in Environment.model_fields}
    return frozenset({*names, "DATABASE_URL", "PYTHON", "FIRMAMENT_TEST_PROCESSES"})


def check_setting(name: str) -> None:
    assert not name.startswith("FIRMAMENT_") or name in settings_names(), f"there is no setting {name}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_setting_named_in_the_documentation_exists(page: Path) -> None:
    named_there = set(re.findall(r"FIRMAMENT_[A-Z][A-Z_]*[A-Z]", page.read_text()))

    assert named_there - settings_names() == set()


@pytest.mark.parametrize("words", ALL_COMMANDS)
def test_a_command_in_the_documentation_exists_with_its_options(words: list[str]) -> None:
    match without_settings(words):
        case []:
            return
        case ["make", *rest]:
            check_make(rest)
        case ["manage.py", name, *arguments] | [_, "manage.py", name, *arguments]:
            check_manage(name, arguments)
        case [_, "-m", module, *arguments]:
            check_module(module, arguments)
        case [program, *_] if program.startswith((".venv/bin/", "scripts/")):
            check_program(without_settings(words))
        case ["python3", script, *_] if script.endswith(".py"):
            assert (ROOT / script).exists(), f"there is no {script}"
        case [program, *_]:
            assert program in OUTSIDE, f"{program} is not known"
            check_addresses(words)


def check_make(words: list[str]) -> None:
    """`make -n`: the target is there, and everything it needs can be found."""
    for word in [word for word in words if "=" in word]:
        check_setting(word.partition("=")[0])
    target = [word for word in words if "=" not in word and not word.startswith("-")]
    done = subprocess.run(["make", "-n", *target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for module in re.findall(r" -m ([\w.]+)", done.stdout):
        check_module(module, [])


def check_manage(name: str, arguments: list[str]) -> None:
    """The command is there and its own parser takes the arguments."""
    assert name in get_commands() or name == "run", f"there is no manage.py {name}"
    if name == "run" or "--help" in arguments:
        return
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    try:
        parser.parse_args([argument for argument in arguments if argument not in ("&", ">")])
    except CommandError as error:
        pytest.fail(f"manage.py {name} {' '.join(arguments)}: {error}")


def check_module(module: str, arguments: list[str]) -> None:
    """`python -m module`: its source is there and names every option given. Measuring starts a database, so it is not run."""
    if not module.startswith(("bench", "firmament", "scripts")):
        assert module in ("pytest", "venv", "pip"), f"{module} is not known"
        return
    source = ROOT / Path(*module.split("."))
    place = source / "__main__.py" if source.is_dir() else source.with_suffix(".py")
    assert place.exists(), f"there is no {module}"
    for option in (word for word in arguments if word.startswith("--")):
        assert f'"{option}"' in place.read_text(), f"{module} does not know {option}"


def check_program(words: list[str]) -> None:
    """A script of ours, or a tool of the development environment."""
    program, *rest = words
    if program == ".venv/bin/python" and rest and rest[0].endswith(".py"):
        assert (ROOT / rest[0]).exists(), f"there is no {rest[0]}"
    elif program.startswith("scripts/"):
        assert (ROOT / program).exists(), f"there is no {program}"
    else:
        assert shutil.which(Path(program).name, path=str(Path(sys.executable).parent)), program


def check_addresses(words: list[str]) -> None:
    """What `curl` is told to fetch from an installation answers there."""
    for word in words:
        found = re.match(r"https?://[^/\s]+(/[^?\s\"']*)", word)
        if found and words[0] == "curl":
            check_address(found[1])


def test_the_commands_that_found_a_firm_and_let_a_program_in_do_what_the_pages_say(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        "create_firm",
        "lindgren",
        "Lindgren & Partners",
        "--admin-email=astrid@lindgren.example",
        "--admin-name=Astrid Lindgren",
        "--timezone=Europe/Stockholm",
        "--currency=SEK",
    )
    told = capsys.readouterr().out
    call_command("create_token", "lindgren", "astrid@lindgren.example", "--scope=clients.read", "--days=30")
    secret = capsys.readouterr().out.strip()

    assert Firm.objects.get(slug="lindgren").currency == "SEK"
    assert "/w/lindgren/" in told and "password" in told
    assert secret.startswith("fmt_")


# Addresses


ADDRESS = re.compile(r"`(/(?:w|portal|p|api|accounts|files|dev|healthz|readyz|metrics)(?:/[^`\s]*)?)`")


# The page of permissions is generated from these very addresses.
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "permissions.md"], ids=named)
def test_an_address_in_the_documentation_exists(page: Path) -> None:
    for address in ADDRESS.findall(page.read_text()):
        if "…" not in address and "#" not in address:
            check_address(address)


def check_address(address: str) -> None:
    path = address.partition("?")[0]
    path = re.sub(r"<firm>|<slug>", "harbor", path)
    path = re.sub(r"<[^>]+>|\{[^}]+\}", str(uuid4()), path)
    for attempt in (path, f"{path}/", path.rstrip("/")):
        try:
            resolve(attempt)
        except Resolver404:
            continue
        return
    if any(path.startswith(start) for start in ("/w/harbor/", "/portal/harbor/")) and path.count("/") <= 3:
        return  # the first page of a firm or a room
    pytest.fail(f"nothing answers at {address}")


# Labels


@cache
def labels() -> tuple[re.Pattern[str], ...]:
    """Every text of the interface, as a pattern in which what is filled in may be anything."""
    found: set[str] = set()
    for path in (ROOT / "firmament").rglob("*"):
        if "tests" in path.parts or "management" in path.parts:
            continue
        if path.suffix == ".html":
            found |= set(template_texts(path.read_text()))
        elif path.suffix == ".liquid":
            found |= set(letter_links(path.read_text()))
        elif path.suffix == ".py" and "migrations" not in path.parts:
            found |= set(python_texts(path.read_text()))
    # A text of nothing but what is filled in would match everything.
    return tuple(
        re.compile(pattern(text)) for text in found if re.search(r"\w{2}", re.sub(FILLED_IN, "", text))
    )


def template_texts(source: str) -> Iterator[str]:
    yield from re.findall(r"{%\s*translate\s+\"([^\"]+)\"", source)
    for block in re.findall(
        r"{%\s*blocktrans(?:late)?\b[^%]*%}(.*?){%\s*endblocktrans(?:late)?\s*%}", source, re.DOTALL
    ):
        yield from (part.strip() for part in re.split(r"{%\s*plural\s*%}", block))


def python_texts(source: str) -> Iterator[str]:
    """What goes through gettext, and the names of the built-in roles, which are stored and so are English only."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="_" | "gettext" | "gettext_lazy" | "ngettext"), args=arguments):
                yield from (str(a.value) for a in arguments if isinstance(a, ast.Constant) and a.value)
            case ast.Tuple(elts=[_, ast.Constant(value=str(name)), _]):
                yield name


def letter_links(source: str) -> list[str]:
    """The buttons of a letter."""
    return re.findall(r"^\[([^\]]+)\]\(", source, re.MULTILINE)


FILLED_IN = r"{{[^}]*}}|%\(\w+\)[sd]|{\w+}"


def pattern(text: str) -> str:
    parts = re.split(f"({FILLED_IN})", " ".join(text.split()))
    return "".join(".+" if index % 2 else re.escape(part) for index, part in enumerate(parts))


@pytest.mark.parametrize("page", LABELED, ids=named)
def test_every_label_named_in_tutorial_and_guides_stands_on_a_real_page(page: Path) -> None:
    text = check_docs.FENCE.sub("", page.read_text())
    missing = [
        label
        for label in re.findall(r"\*\*([^*]+)\*\*", text)
        if not any(known.fullmatch(" ".join(label.split())) for known in labels())
    ]

    assert missing == []


def test_a_label_that_stands_nowhere_would_be_noticed() -> None:
    assert not any(known.fullmatch("Frobnicate the ledger") for known in labels())


# Dependencies


def wanted_dependencies() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)
    given = [
        *project["project"]["dependencies"],
        *(name for group in project["dependency-groups"].values() for name in group),
        *project["build-system"]["requires"],
    ]
    package = re.compile(r"[A-Za-z0-9._-]+")
    python = {found[0] for name in given if (found := package.match(name))}
    assets = re.findall(r'^    "([^"]+)": "', (ROOT / "package.json").read_text(), re.MULTILINE)
    return python | {name for name in assets if name != "assets"}


def test_every_dependency_has_a_line_and_every_line_a_dependency() -> None:
    page = (check_docs.DOCS / "reference" / "dependencies.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    assert {row[0] for row in rows} == wanted_dependencies()
    assert [row[0] for row in rows if not all(cell.strip() for cell in row)] == []


# Figures


def test_every_result_has_a_place_in_the_page_about_performance() -> None:
    places = bench_page.names(bench_page.PAGE.read_text())

    assert set(bench_page.results()) - set(places) == set()
    assert len(places) == len(set(places))


def test_filling_the_page_about_performance_twice_changes_nothing_more() -> None:
    found = {"api": {"about": {"cores": 2}, "rows": [{"what": "list", "p50 ms": 1.234, "queries": 5}]}}
    blank = "Before.\n<!-- result api -->\n<!-- end -->\nAfter.\n"

    once = bench_page.filled(blank, found)

    assert "| list | 1.23 | 5 |" in once and once.startswith("Before.") and once.endswith("After.\n")
    assert bench_page.filled(once, found) == once


def test_a_table_of_an_earlier_measurement_stays_when_another_is_made_alone() -> None:
    stands = "<!-- result api -->\n\n| list |\n\n<!-- end -->\n"
    blank = "<!-- result rls -->\n<!-- end -->\n"

    assert bench_page.filled(stands + blank, {}) == stands + blank.replace(
        "<!-- end", "\nNot measured yet.\n\n<!-- end"
    )
