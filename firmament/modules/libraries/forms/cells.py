"""What stands in the cells of an import of snippets, as it is typed or as a file gives it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.labels.tags import names_of
from firmament.kernel.sharing.actions import Named
from firmament.kernel.versions.actions import Kept
from firmament.kernel.wording.analysis import check
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.fields import Field, parse_schema, schema_data
from firmament.lib.text import is_storable
from firmament.modules.snippets.public import LOCALE, Context, Level, field_of

VERSIONS, LANGUAGES, SHARES, STEPS, NOTE = 1_000, 40, 200, 50, 1_000


def column(name: str) -> Callable[[str], str]:
    """Read a cell as the snippet's own field would."""

    def parse(text: str) -> str:
        return str(field_of(name).clean(text, None))

    return parse


def exactly(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """As `parse`, of a text that keeps its blanks."""

    def take(value: Any) -> Any:
        return parse(_text(value))

    return take


def wording(value: Any) -> str:
    """A text that can be filled in."""
    source = _text(value)
    try:
        check(source, known=None)
    except WordingError as error:
        raise ValidationError(str(error)) from error
    return source


def path(value: Any) -> tuple[str, ...]:
    """A folder by the names from the top, as a list or with strokes between them."""
    names = value.split("/") if isinstance(value, str) else _list(value)
    return tuple(name for one in names if (name := " ".join(_text(one).split())))


def tags(value: Any) -> tuple[str, ...]:
    """Names of tags, as a list or with commas between them."""
    return tuple(names_of(value)) if isinstance(value, str) else tuple(map(_text, _list(value)))


def contexts(value: Any) -> tuple[str, ...]:
    """Where it is meant to go, by the names of `Context`."""
    names = names_of(value) if isinstance(value, str) else _list(value)
    strange = [name for name in names if name not in Context.values]
    if strange:
        raise ValidationError(
            _("Write some of: %(known)s.") % {"known": ", ".join(Context.values)}, code="choice"
        )
    return tuple(names)


def version_number(value: str) -> int:
    """From 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value):
        raise ValidationError(_("This is not the number of a version."))
    return int(value)


def shares(value: Any) -> tuple[Named, ...]:
    """`[{"level": "use", "person": "a@b.example", "team": ""}]`."""
    return tuple(map(_share, _list(value, SHARES)))


def _share(value: Any) -> Named:
    given = _mapping(value, {"level", "person", "team"})
    share = Named(
        **{name: _text(text) for name, text in given.items()} | {"level": _text(given.get("level"))}
    )
    if share.level not in Level.values or bool(share.person) == bool(share.team):
        raise ValidationError(_("A share names its level, and either a person or a team."))
    return share


def versions(value: Any) -> tuple[Kept, ...]:
    """The whole history, the first version first."""
    found = tuple(_version(number, one) for number, one in enumerate(_list(value, VERSIONS), 1))
    for kept in found[-1:]:
        for source in kept.content["bodies"].values():
            wording(source)
    return found


def one_version(text: str, locale: str) -> Kept:
    """A bare text as the only version."""
    return Kept(content={"bodies": {locale: text}, "fields": [], "steps": []})


def schema(data: list[dict[str, Any]]) -> tuple[Field, ...]:
    """The fields a version asks for."""
    return parse_schema(data)


def _version(number: int, value: Any) -> Kept:
    given = _mapping(value, {"bodies", "fields", "steps", "note", "restored_from"})
    bodies = _mapping(given.get("bodies"))
    if not bodies or len(bodies) > LANGUAGES:
        raise ValidationError(_("Version %(n)s has no texts, or too many.") % {"n": number})
    for locale, text in bodies.items():
        if not re.match(LOCALE, locale):
            raise ValidationError(
                _("“%(code)s” is no language; write “en” or “de-CH”.") % {"code": locale[:20]}
            )
        _text(text)
    steps = [dict(_mapping(step)) for step in _list(given.get("steps") or [], STEPS)]
    note, restored = _text(given.get("note") or ""), given.get("restored_from")
    if len(note) > NOTE or not (restored is None or (isinstance(restored, int) and 0 < restored < number)):
        raise ValidationError(_("Version %(n)s has a note or an origin that cannot be.") % {"n": number})
    fields = schema_data(parse_schema(given.get("fields") or []))
    return Kept(
        content={"bodies": dict(bodies), "fields": fields, "steps": steps}, note=note, restored_from=restored
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise ValidationError(_("A text is expected here."))
    return value


def _list(value: Any, most: int = 100) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValidationError(_("A list of at most %(n)s is expected here.") % {"n": most})
    return value


def _mapping(value: Any, names: Iterable[str] = ()) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or (names and not value.keys() <= set(names)):
        raise ValidationError(_("Something that belongs elsewhere stands here."))
    return value
