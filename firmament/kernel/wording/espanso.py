"""Espanso's matches as wordings with fields, and wordings as matches."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from firmament.kernel.wording.fields import RESERVED
from firmament.kernel.wording.pieces import Value, pieces_of, source_of
from firmament.lib.espanso import Match, Question, is_writable

# Ways to write a day that both know.
DAYS = re.compile(r"(?:%-?[dm]|%[eBbYyAa]|[ .,/\-]){1,30}")


def match_of(source: str, schema: Iterable[Mapping[str, Any]], *, trigger: str, label: str) -> Match | None:
    """A wording as a match whose form asks for every value; None where it says more than Espanso can."""
    pieces = pieces_of(source)
    if pieces is None:
        return None
    fields = {field["name"]: field for field in schema}
    asked = tuple(p if isinstance(p, str) else _question(p.path, fields.get(p.path, {})) for p in pieces)
    match = Match(triggers=(trigger,), label=label, pieces=asked)
    return match if is_writable(match) else None


def wording_of(match: Match) -> tuple[str, list[dict[str, Any]]]:
    """The source of a match, and the schema of the fields it asks for."""
    asked = {piece.name: piece for piece in match.pieces if isinstance(piece, Question)}
    called = _field_names(asked)
    source = source_of(
        piece if isinstance(piece, str) else Value(called[piece.name], _style(piece))
        for piece in match.pieces
    )
    return source, [_field(called[name], question) for name, question in asked.items()]


def _question(path: str, field: Mapping[str, Any]) -> Question:
    return Question(
        name=path.replace(".", "_"),
        label=" ".join(re.sub(r"[\[\]:]", " ", field.get("label", "")).split()),
        multiline=field.get("type") == "long_text",
        choices=tuple(field.get("choices", ())),
        default=field.get("default") or "",
    )


def _field_names(names: Iterable[str]) -> dict[str, str]:
    """A name for each that a wording may use, and no name twice."""
    found: dict[str, str] = {}
    for name in names:
        base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36]
        base = base if base[:1].isalpha() and base not in RESERVED else f"value_{base}"[:36].rstrip("_")
        tried, count = base, 1
        while tried in found.values():
            count += 1
            tried = f"{base}_{count}"
        found[name] = tried
    return found


def _style(question: Question) -> str:
    """As the day was written there, where we write it so too."""
    if not question.date_format:
        return ""
    plain = DAYS.fullmatch(question.date_format)
    return f'date: "{question.date_format}"' if plain else "date"


def _field(name: str, question: Question) -> dict[str, Any]:
    kind = "choice" if question.choices else "long_text" if question.multiline else "text"
    field: dict[str, Any] = {
        "name": name,
        "type": "date" if question.date_format else kind,
        "label": (question.label or question.name.replace("_", " ").strip() or name)[:120],
    }
    if question.choices:
        field["choices"] = list(question.choices)
    return field | ({"default": question.default} if question.default.strip() else {})
