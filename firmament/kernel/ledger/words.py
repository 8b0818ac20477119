"""Entries in words: their sentences, and the codes in them by what people call them, "clients.view" as “View clients”.

An entry keeps the code, for a code never changes; its field's name, or its event (`told`), says of which vocabulary it is. A part
that stands above the ledger teaches it the words of its own codes; a code that nobody knows any more is shown as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from django.apps import apps
from django.db.models import Choices
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Event, event_class, event_classes
from firmament.kernel.ledger.kinds import model_of
from firmament.kernel.ledger.payload import is_commitment, join

Words = Callable[[str], str]
_vocabularies: dict[str, Words] = {}

# What fields of these names hold, in every event.
EVERYWHERE = {
    "power": "power",
    "powers": "power",
    "roles": "role",
    "scopes": "scope",
    "scopes_before": "scope",
    "scopes_after": "scope",
    "object_kind": "kind",
    "source_kind": "kind",
    "job": "code",
    "wording": "code",
    "page": "page",
    "list": "list",
}


def vocabulary(name: str) -> Callable[[Words], Words]:
    """Decorates what knows the words of one kind of code; it answers with the code itself where it knows none."""

    def teach(words: Words) -> Words:
        _vocabularies[name] = words
        return words

    return teach


def problems() -> Iterator[str]:
    """What events say wrongly of where the words of their codes are."""
    for event in event_classes().values():
        names = {field.name for field in fields(event)}
        for name, told in {**EVERYWHERE, **event.told}.items():
            if name in event.told and name not in names:
                yield f"{event.code}: has no field {name}, of which it says how it is told."
            if name in names and isinstance(told, str) and told not in _vocabularies:
                yield f"{event.code}: nobody knows the words for {name}, the vocabulary {told}."


def sentence_of(code: str, payload: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """What was done, after the actor's name; `kept` are the personal values that are still there.

    Never fails: an entry of a release long gone is told by its code.
    """
    event = event_class(code)
    if event is None or not event.sentence:
        return code
    values = {
        name: _("(erased)")
        if value is None and is_commitment(payload[name])
        else in_words(event, name, value)
        for name, value in join(payload, kept).items()
    }
    return str(event.sentence).format_map(Values(values))


class Values(dict[str, str]):
    """The fields of a sentence. What an earlier release did not write down leaves a gap, and no page breaks."""

    def __missing__(self, name: str) -> str:
        return "…"


def in_words(event: type[Event] | None, name: str, value: Any) -> str:
    """A value of a payload as a person reads it; an absent one says nothing."""
    if isinstance(value, list):
        return ", ".join(in_words(event, name, one) for one in value)
    told = event.told.get(name, EVERYWHERE.get(name)) if event is not None else None
    if told is None or not isinstance(value, str):
        return plain(value)
    if isinstance(told, str):
        return _vocabularies[told](value) if told in _vocabularies else value
    return _chosen(told, value)


def plain(value: Any) -> str:
    """A value without a vocabulary as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case list():
            return ", ".join(plain(one) for one in value)
        case _:
            return str(value)


def room_title(code: str) -> str:
    """The name of a room as its app gives it."""
    try:
        return str(apps.get_app_config(code).verbose_name)
    except LookupError:
        return code.capitalize()


@vocabulary("code")
def code_title(code: str) -> str:
    """ "documents.tell_client" or "documents:tell_client" as "Documents: tell client"."""
    room, *names = re.split("[.:]", code, maxsplit=1)
    return ": ".join([room_title(room), *(name.replace("_", " ") for name in names)])


@vocabulary("kind")
def kind_title(kind: str) -> str:
    """A kind of thing in words."""
    try:
        return str(model_of(kind)._meta.verbose_name).capitalize()
    except LookupError:
        return kind


def _chosen(choices: type[Choices], value: str) -> str:
    return str(dict(choices.choices).get(value, value))
