"""How every measurement is printed and kept."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def show(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], **facts: object) -> None:
    """Print a Markdown table with what it was measured on, and write `results/<name>.json`."""
    about = {**machine(), **facts}
    sys.stdout.write(
        f"\n## {name}\n\n" + ", ".join(f"{key} {value}" for key, value in about.items()) + "\n\n"
    )
    sys.stdout.write("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns) + "\n")
    for row in rows:
        sys.stdout.write("| " + " | ".join(_text(value) for value in row) + " |\n")
    RESULTS.mkdir(exist_ok=True)
    kept = {"about": about, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1, default=str) + "\n")


def machine() -> Mapping[str, object]:
    """What a figure means nothing without."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the sorted values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def _text(value: object) -> str:
    return (
        f"{value:,.2f}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )
