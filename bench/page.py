"""Put the tables of `bench/results/*.json` into docs/reference/performance.md, between their markers.

`python -m bench.page [--check]`. A result without a marker is named and left out; a marker without a result keeps what
stands there, so that one measurement can be made alone.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from bench.report import RESULTS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "performance.md"
PLACE = re.compile(r"(<!-- result (?P<name>[a-z_]+) -->\n)(?P<stands>.*?)(<!-- end -->)", re.DOTALL)
NOT_YET = "Not measured yet."


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true", help="fail when the page is out of date")
    before = PAGE.read_text()
    after = filled(before, results())
    for name in sorted(results().keys() - set(names(before))):
        sys.stderr.write(f"{name}.json has no place in {PAGE.name}.\n")
    if arguments.parse_args().check:
        return int(after != before)
    PAGE.write_text(after)
    return 0


def results() -> dict[str, dict[str, Any]]:
    """Every result by its name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(RESULTS.glob("*.json"))}


def names(text: str) -> list[str]:
    """The results that a page has a place for."""
    return [place["name"] for place in PLACE.finditer(text)]


def filled(text: str, found: dict[str, dict[str, Any]]) -> str:
    """The page with each place filled anew."""

    def fill(place: re.Match[str]) -> str:
        result = found.get(place["name"])
        inside = table(result) if result else place["stands"].strip() or NOT_YET
        return f"{place[1]}\n{inside}\n\n{place[4]}"

    return PLACE.sub(fill, text)


def table(result: dict[str, Any]) -> str:
    """One result as Markdown: what it was measured on, then its rows."""
    about = ", ".join(f"{key} {value}" for key, value in result["about"].items())
    rows = result["rows"]
    if not rows:
        return f"{about}: no rows."
    columns = list(rows[0])
    lines = [f"| {' | '.join(columns)} |", "|" + "|".join(_side(rows[0][name]) for name in columns) + "|"]
    lines += [f"| {' | '.join(_text(row.get(name, '')) for name in columns)} |" for row in rows]
    return f"Measured on: {about}.\n\n" + "\n".join(lines)


def _side(value: object) -> str:
    return "---:" if isinstance(value, int | float) else "---"


def _text(value: object) -> str:
    """A number as people read it: few figures, grouped by thousands."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
