"""Espanso's match files (https://espanso.org/docs/matches/basics/): texts that a shortcut stands for.

What Espanso would find out by itself (the clipboard, a program, another match) becomes something to ask for; what it
does around the text (spreading capitals, moving the cursor) is left out. Every such loss is said in `notes`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firmament.lib.plain_yaml import YamlError, read_yaml, write_yaml

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}|\$\|\$")
FORM_FIELD = re.compile(r"\[\[\s*(\w+)\s*\]\]")
LABELLED = re.compile(r"(?P<label>[^\[\]\n]{0,120})\[\[\s*(?P<name>\w+)\s*\]\]")
# Options about how Espanso types, of which a text that is picked from a list has no use.
SILENT = frozenset(
    [
        "trigger", "triggers", "replace", "form", "form_fields", "label", "vars", "markdown", "word", "left_word",
        "right_word", "force_mode", "force_clipboard", "comment", "search_terms", "paragraph", "anchor",
        "uppercase_style",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to ask for before the text is there. `date_format` (strftime) makes it a date."""

    name: str
    label: str = ""
    multiline: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    date_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One entry: its triggers, and its text in pieces, each literal or the name of a question.

    `fault` says why it cannot be taken over, and is empty where it can.
    """

    triggers: tuple[str, ...]
    label: str
    pieces: tuple[str | Question, ...]
    notes: tuple[str, ...] = ()
    fault: str = ""


def read_matches(source: bytes) -> list[Match]:
    """The matches of a file in their order; `YamlError` in plain words where it is none."""
    data = read_yaml(source)
    matches = data.get("matches") if isinstance(data, dict) else None
    if not isinstance(matches, list):
        raise YamlError("This is not an Espanso file: it has no list of “matches”.")
    shared = data.get("global_vars")
    return [_match(entry, shared if isinstance(shared, list) else []) for entry in matches]


def write_matches(matches: Iterable[Match], *, heading: Iterable[str] = ()) -> bytes:
    """A match file, with lines of comment above it."""
    above = "".join(f"# {' '.join(line.split())}\n" for line in heading)
    return above.encode() + write_yaml({"matches": [_written(match) for match in matches]})


def _match(entry: Any, shared: list[Any]) -> Match:
    if not isinstance(entry, dict):
        return Match(triggers=(), label="", pieces=(), fault="A match is a list of settings.")
    triggers = _texts(entry.get("triggers")) or _texts(entry.get("trigger"))
    notes = _options(entry)
    variables: dict[str, Question | str] = {}
    for variable in [*shared, *_list(entry.get("vars"))]:
        if isinstance(variable, dict):
            variables |= _variable(variable, notes)
    text, fault = _body(entry, variables)
    pieces = _pieces(text, variables, notes)
    asked = {piece.name for piece in pieces if isinstance(piece, Question)}
    used = tuple(dict.fromkeys(note for name, note in notes if not name or name in asked))
    return Match(triggers=triggers, label=_text(entry.get("label")), pieces=pieces, notes=used, fault=fault)


def is_writable(match: Match) -> bool:
    """Whether Espanso would show the text as it is: nothing literal in it looks like a variable."""
    literal = "".join(piece if isinstance(piece, str) else "\x00" for piece in match.pieces)
    return not VARIABLE.search(literal)


def _options(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A note for each setting that means something and is not taken over."""
    return [("", f"“{name}” is left out.") for name in entry if name not in SILENT]


def _body(entry: Mapping[str, Any], variables: dict[str, Question | str]) -> tuple[str, str]:
    """The text with `{{name}}` in it, and why it cannot be used."""
    if isinstance(form := entry.get("form"), str):
        settings = _mapping(entry.get("form_fields"))
        for name in FORM_FIELD.findall(form):
            variables[name] = _question(name, _mapping(settings.get(name)))
        return FORM_FIELD.sub(r"{{\1}}", form), ""
    for kind in ("replace", "markdown"):
        if isinstance(text := entry.get(kind), str):
            return text, ""
    if "image_path" in entry:
        return "", "It puts in a picture, not a text."
    return "", "It has no text (“replace”)."


def _variable(variable: Mapping[str, Any], notes: list[tuple[str, str]]) -> dict[str, Question | str]:
    name, kind = _text(variable.get("name")), _text(variable.get("type"))
    params = _mapping(variable.get("params"))
    match kind:
        case "form":
            fields = _mapping(params.get("fields"))
            return {
                f"{name}.{found['name']}": _question(
                    found["name"], _mapping(fields.get(found["name"])), found["label"]
                )
                for found in LABELLED.finditer(_text(params.get("layout")))
            }
        case "echo":
            return {name: _text(params.get("echo"))}
        case "date":
            notes.append((name, f"“{name}” was the date of the day; now it is asked for."))
            return {name: Question(name=name, date_format=_text(params.get("format")) or "%Y-%m-%d")}
        case "choice":
            return {name: Question(name=name, choices=_choices(params.get("values")))}
        case "random":
            notes.append((name, f"“{name}” was chosen by chance; now it is asked for."))
            return {name: Question(name=name, choices=_texts(params.get("choices")))}
    notes.append((name, f"“{name}” came from “{kind}”; now it is asked for. No program is ever run."))
    return {name: Question(name=name)}


def _pieces(
    text: str, variables: Mapping[str, Question | str], notes: list[tuple[str, str]]
) -> tuple[str | Question, ...]:
    pieces: list[str | Question] = []
    position = 0
    for found in VARIABLE.finditer(text):
        pieces.append(text[position : found.start()])
        position = found.end()
        name = found.group(1)
        if name is None:
            notes.append(("", "Where the cursor would stand is left out."))
            continue
        if name not in variables:
            notes.append(("", f"Nothing in this file says what “{name}” is; now it is asked for."))
        pieces.append(variables.get(name, Question(name=name)))
    pieces.append(text[position:])
    return tuple(piece for piece in pieces if piece != "")


def _question(name: str, settings: Mapping[str, Any], label: str = "") -> Question:
    return Question(
        name=name,
        label=label.strip().removesuffix(":"),
        multiline=_text(settings.get("multiline")).lower() == "true",
        choices=_choices(settings.get("values")) if settings.get("type") in ("choice", "list") else (),
        default=_text(settings.get("default")),
    )


def _choices(values: Any) -> tuple[str, ...]:
    """A list, or a text of lines; a choice with a label of its own stands for its `id`."""
    if isinstance(values, str):
        values = values.splitlines()
    texts = [
        _text(one.get("id") or one.get("label")) if isinstance(one, dict) else one for one in _list(values)
    ]
    return tuple(dict.fromkeys(text.strip() for text in texts if isinstance(text, str) and text.strip()))


def _written(match: Match) -> dict[str, Any]:
    asked = {piece.name: piece for piece in match.pieces if isinstance(piece, Question)}
    text = "".join(
        f"{{{{form1.{piece.name}}}}}" if isinstance(piece, Question) else piece for piece in match.pieces
    )
    entry: dict[str, Any] = {"trigger": match.triggers[0], "label": match.label, "replace": text}
    if asked:
        layout = "\n".join(f"{one.label or one.name}: [[{one.name}]]" for one in asked.values())
        fields = {one.name: settings for one in asked.values() if (settings := _settings(one))}
        params = {"layout": layout, **({"fields": fields} if fields else {})}
        entry["vars"] = [{"name": "form1", "type": "form", "params": params}]
    return entry


def _settings(question: Question) -> dict[str, Any]:
    return {
        **({"type": "choice", "values": list(question.choices)} if question.choices else {}),
        **({"multiline": True} if question.multiline else {}),
        **({"default": question.default} if question.default else {}),
    }


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else _list(value)
    return tuple(one for one in values if isinstance(one, str) and one.strip())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
