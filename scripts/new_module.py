"""`make new-module NAME=price_books NOUN=price_book`: a room of the house's shape, running and tested.

What lies in `scripts/room` is a room like any other, about sample things; here it is written anew under the room's own
names. Then the room joins the list of rooms, its page the index of the documentation, and what is generated is made
anew. Where the names will not do, nothing is written.
"""

import argparse
import builtins
import keyword
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATTERN = ROOT / "scripts" / "room"
ROOMS = ROOT / "firmament" / "config" / "modules.py"
INDEX = ROOT / "docs" / "index.md"
# PostgreSQL keeps 63 letters of a name and Django 30 of an index's; the longest made here is `<noun>_made` or the like.
LONGEST = 24
# Laid down before the name of any other room could be tried: a room of this name would hide what it stands on.
TAKEN = frozenset({"firmament", "config", "kernel", "ui", "lib", "search", "tests", "scripts", "bench"})


class NameWillNotDo(Exception):
    """Why, in words."""


def main() -> int:
    arguments = argparse.ArgumentParser("new_module", description="Make a room.")
    arguments.add_argument("name", help="the room: its noun in the plural, such as price_books")
    arguments.add_argument("noun", help="one of what it keeps, such as price_book")
    given = arguments.parse_args()
    try:
        check(given.name, given.noun)
    except NameWillNotDo as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    write(given.name, given.noun)
    finish(given.name)
    sys.stdout.write(
        f"firmament/modules/{given.name} stands. Say in its own words what it keeps, and begin with models.py:"
        " docs/how-to/add-a-room.md\n"
    )
    return 0


def check(name: str, noun: str) -> None:
    """Refuses what Python, the database or the house could not call a room or a thing."""
    for word in (name, noun):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", word):
            raise NameWillNotDo(f"“{word}” is not lower case, with words joined by _.")
        if keyword.iskeyword(word) or hasattr(builtins, word):
            raise NameWillNotDo(f"“{word}” means something in Python already.")
        if len(word) > LONGEST:
            raise NameWillNotDo(f"“{word}” has more than {LONGEST} letters.")
    if name == noun:
        raise NameWillNotDo("A room is the plural of its noun: the two must differ.")
    if name in TAKEN or (ROOT / "firmament" / "modules" / name).exists():
        raise NameWillNotDo(f"There is something called “{name}” already.")


def write(name: str, noun: str) -> None:
    """The room's files, its page, its fragment, and its line in each of the two lists."""
    say = renamer(name, noun)
    for source in sorted((PATTERN / "module").rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            place = ROOT / "firmament" / "modules" / name / say(str(source.relative_to(PATTERN / "module")))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(say(source.read_text()))
    page = f"keep-{name.replace('_', '-')}.md"
    (ROOT / "docs" / "how-to" / page).write_text(say((PATTERN / "how-to.md").read_text()))
    (ROOT / "changelog.d" / f"{name}.added.md").write_text(say((PATTERN / "changelog.md").read_text()))
    # The last room is each person's day, which asks all others.
    rooms = ROOMS.read_text().rpartition('    "home",\n')
    ROOMS.write_text(f'{rooms[0]}    "{name}",\n{rooms[1]}{rooms[2]}')
    before, heading, after = INDEX.read_text().partition("## How-to\n")
    row = say(
        f"| [Keep sample things](how-to/{page}) | staff, partner | add, finish, reopen, see what is late |\n"
    )
    INDEX.write_text(before + heading + after.replace("\n\n## ", f"\n{row}\n## ", 1))


def renamer(name: str, noun: str) -> "Renamer":
    many, one = name.replace("_", " "), noun.replace("_", " ")
    return Renamer(
        {
            "sample_things": name,
            "sample_thing": noun,
            "SAMPLE_THINGS": name.upper(),
            "SAMPLE_THING": noun.upper(),
            "SampleThings": name.title().replace("_", ""),
            "SampleThing": noun.title().replace("_", ""),
            "samplething": noun.replace("_", ""),
            "sample-things": name.replace("_", "-"),
            "Sample things": many.capitalize(),
            "sample things": many,
            "Sample thing": one.capitalize(),
            "sample thing": one,
        }
    )


class Renamer:
    """Puts the room's words in the place of the pattern's, the longer ones first, and says “an” where it must."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words
        self.pattern = re.compile(r"(\b[Aa] )?(" + "|".join(sorted(words, key=len, reverse=True)) + ")")

    def __call__(self, text: str) -> str:
        return self.pattern.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        word = self.words[found[2]]
        article = found[1] or ""
        return f"{article[0]}n {word}" if article and word[0].lower() in "aeiou" else article + word


def finish(name: str) -> None:
    """Imports and lines as the checks want them under the new names, the first migration, the generated references."""
    room = str(ROOT / "firmament" / "modules" / name)
    ruff = str(Path(sys.executable).parent / "ruff")
    for command in (
        [ruff, "check", "--quiet", "--select", "I", "--fix", room],
        [ruff, "format", "--quiet", room],
        [sys.executable, "manage.py", "makemigrations", name],
        [sys.executable, "manage.py", "permissions", "--write"],
        [sys.executable, "manage.py", "audit_events", "--write"],
        [sys.executable, "manage.py", "openapi", "--write"],
    ):
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
