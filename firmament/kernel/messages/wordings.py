"""The wordings that the house ships: files beside the room that speaks them.

`<app>/templates/<app>/wordings/<name>.liquid` is the wording `<app>.<name>`. Its first line is `Subject: …`,
then an empty line, then a body in Markdown. `<name>.sample.json` beside it is a context that shows every value
it may ask for; previews use it, and a test renders every wording from it.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

SUBJECT = "Subject:"


class UnknownWording(LookupError):
    """There is no file for this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A message as it was written. `sample` is a context from which it renders without error."""

    code: str
    subject: str
    body: str
    sample: dict[str, Any]


def wording(code: str) -> Wording:
    """The wording of this code, such as `documents.request_sent`; `UnknownWording` if nobody wrote it."""
    try:
        return wordings()[code]
    except KeyError:
        raise UnknownWording(f"No wording “{code}”: its file would be {_path_of(code)}") from None


@cache
def wordings() -> dict[str, Wording]:
    """Every wording of every installed app, by code."""
    found = {}
    for config in apps.get_app_configs():
        directory = Path(config.path) / "templates" / config.label / "wordings"
        for path in sorted(directory.glob("*.liquid")):
            code = f"{config.label}.{path.stem}"
            found[code] = _read(code, path)
    return found


def _read(code: str, path: Path) -> Wording:
    first, _, body = path.read_text().partition("\n")
    if not first.startswith(SUBJECT) or not body.strip():
        raise ValueError(f"{path}: a wording begins with a line “{SUBJECT} …” and has a body")
    sample = path.with_suffix(".sample.json")
    return Wording(
        code=code,
        subject=first.removeprefix(SUBJECT).strip(),
        body=body.strip() + "\n",
        sample=json.loads(sample.read_text()) if sample.exists() else {},
    )


def _path_of(code: str) -> str:
    app, _, name = code.partition(".")
    return f"{app}/templates/{app}/wordings/{name}.liquid"
