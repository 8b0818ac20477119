"""`make docs`: the index and the pages agree, and every link in a page leads somewhere.

The index, docs/index.md, has one line for each page: a table row with the page's title as a link, and its reader.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
READERS = {"everybody", "partner", "staff", "firm admin", "client", "developer", "operator", "contributor"}
# What stands beside the pages and is no page itself.
OTHER_FILES = {".png", ".json"}

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| \[([^\]]+)\]\(([^)]+)\) \| ([^|]+) \|", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
NAME = re.compile(r"[a-z]+(-[a-z]+)*\.md")


def pages() -> list[Path]:
    """Every page that people read here: README, docs, and what explains the changelog."""
    return [ROOT / "README.md", ROOT / "changelog.d" / "README.md", *sorted(DOCS.rglob("*.md"))]


def title(page: Path) -> str:
    """The first line's heading, without the marks of code; empty where there is none."""
    first = page.read_text().partition("\n")[0]
    return first.removeprefix("# ").replace("`", "") if first.startswith("# ") else ""


def anchors(page: Path) -> set[str]:
    """What `#…` may name in a page, by GitHub's rule."""
    text = FENCE.sub("", page.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in HEADING.findall(text)
    }


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures that are ours."""
    return [target for target in LINK.findall(FENCE.sub("", page.read_text())) if "://" not in target]


def dead_links(page: Path) -> list[str]:
    """Those that lead nowhere."""
    dead = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            dead.append(target)
    return dead


def index_rows() -> dict[Path, tuple[str, set[str]]]:
    """What the index says: the title and the readers of each page."""
    rows: dict[Path, tuple[str, set[str]]] = {}
    for name, target, readers in ROW.findall(INDEX.read_text()):
        place = (INDEX.parent / target).resolve()
        rows[place] = (name.replace("`", ""), {reader.strip() for reader in readers.split(",")})
    return rows


def faults() -> list[str]:
    """Everything that is wrong, a sentence each."""
    found = []
    rows = index_rows()
    for page in pages():
        where = str(page.relative_to(ROOT))
        found += [f"{where} points at {target}, which is not there." for target in dead_links(page)]
        found += _title_faults(page, where)
        if page.is_relative_to(DOCS) and page != INDEX and page not in rows:
            found.append(f"{where} has no line in docs/index.md.")
    found += _row_faults(rows)
    used = {(page.parent / target).resolve() for page in pages() for target in links(page)}
    for file in sorted(DOCS.rglob("*")):
        if file.suffix in OTHER_FILES and file not in used:
            found.append(f"{file.relative_to(ROOT)} is shown or named by no page.")
        if file.is_file() and file.suffix not in {*OTHER_FILES, ".md"}:
            found.append(f"{file.relative_to(ROOT)} is neither a page nor a picture.")
    return found


def _title_faults(page: Path, where: str) -> list[str]:
    found = [] if title(page) else [f"{where} does not begin with a title."]
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    if page.is_relative_to(DOCS) and not NAME.fullmatch(page.name):
        found.append(f"{where}: pages are named by words, not by numbers.")
    found += [f"{where}: “{heading}” is numbered." for heading in headings if re.match(r"\d+[.):]", heading)]
    return found


def _row_faults(rows: dict[Path, tuple[str, set[str]]]) -> list[str]:
    found = []
    for place, (name, readers) in rows.items():
        if place.suffix != ".md" or not place.exists():
            continue
        if name != title(place):
            found.append(
                f"The index calls {place.relative_to(ROOT)} “{name}”; it calls itself “{title(place)}”."
            )
        if not readers or not readers <= READERS:
            found.append(f"The index names no known reader of {place.relative_to(ROOT)}: {sorted(readers)}.")
    return found


def main() -> int:
    found = faults()
    for fault in found:
        print(fault)
    print(f"{len(pages())} pages, {len(found)} faults.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
