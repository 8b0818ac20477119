"""A measurement of hours, made in parts: what each part found is kept, and the next goes on after it."""

import json
from typing import Any

from bench.report import RESULTS


class Parts:
    """The parts of one measurement so far, one line of JSON each in `results/<name>.parts.jsonl`."""

    def __init__(self, name: str, *, afresh: bool = False) -> None:
        RESULTS.mkdir(exist_ok=True)
        self.path = RESULTS / f"{name}.parts.jsonl"
        if afresh:
            self.path.unlink(missing_ok=True)

    def all(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def add(self, part: dict[str, Any]) -> None:
        with self.path.open("a") as kept:
            kept.write(json.dumps(part) + "\n")
