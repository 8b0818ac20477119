"""`make docs`: every page of the documentation can be reached from its index, and every link in it leads somewhere."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def links(page: Path) -> list[Path]:
    """The files of ours that a page points at, whether they are there or not."""
    found = (target.partition("#")[0] for target in LINK.findall(page.read_text()))
    return [(page.parent / target).resolve() for target in found if target and "://" not in target]


def main() -> int:
    pages = {*DOCS.rglob("*.md"), ROOT / "README.md"}
    broken = [(page, target) for page in pages for target in links(page) if not target.exists()]
    seen: set[Path] = set()
    waiting = [ROOT / "README.md", DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        waiting += [target for target in links(page) if target.suffix == ".md"]
    lost = sorted(pages - seen)
    for page, target in sorted(broken):
        print(f"{page.relative_to(ROOT)} points at {target}, which is not there.")
    for page in lost:
        print(f"{page.relative_to(ROOT)} cannot be reached from docs/README.md.")
    print(f"{len(pages)} pages, {len(broken)} broken links, {len(lost)} pages out of reach.")
    return int(bool(broken or lost))


if __name__ == "__main__":
    sys.exit(main())
