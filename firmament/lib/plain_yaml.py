"""YAML as plain data: texts, lists and mappings, read within limits.

Every scalar stays the text it is written as. YAML 1.1 would make a truth value of `no` and a date of `2026-01-02`, which
programs that follow YAML 1.2 do not, and nothing here asks for either.
"""

from typing import Any

import yaml

SIZE = 2 * 2**20
NODES = 200_000
DEPTH = 20

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class YamlError(Exception):
    """The file cannot be read. The text is for the person who chose it."""


def read_yaml(source: bytes) -> Any:
    """What one document says, as str, list and dict; an empty one says "".

    Aliases are refused: nine lines of them can stand for a billion words. Tags are not looked at, so that nothing of
    Python's is ever made.
    """
    if len(source) > SIZE:
        raise YamlError(f"This file is too large. At most {SIZE // 2**20} MB of YAML can be read.")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError("This file is not UTF-8 text.") from error
    try:
        _examine(text)
        return yaml.load(text, Loader=_Loader) or ""  # noqa: S506  # makes texts, lists and mappings only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise YamlError(f"This is not YAML{where}: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise YamlError("This is not YAML: it holds a character that YAML does not allow.") from error


def write_yaml(value: Any) -> bytes:
    """The same back, in one form only: mappings in their order, long texts as they read."""
    text: str = yaml.dump(
        value, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=False, width=2**31 - 1
    )
    return text.encode()


class _Writer(_Dumper):  # type: ignore[misc, valid-type]  # one of the two above
    """Texts of several lines as blocks, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: Any, text: str) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)


def _examine(text: str) -> None:
    """Count before anything is built: what follows recurses as deep as the file does."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        match event:
            case yaml.AliasEvent():
                raise YamlError("This file uses aliases (*name). Write out what they stand for.")
            case yaml.CollectionStartEvent():
                depth += 1
            case yaml.CollectionEndEvent():
                depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > DEPTH:
            raise YamlError("This file is nested too deeply.")
        if nodes > NODES:
            raise YamlError("This file holds more than can be read at once. Split it.")
