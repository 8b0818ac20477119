"""What an event is: a frozen sentence in the past tense, with ids and few words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
# Fields that hold codes, each with the vocabulary, or the choices, that has their words.
Told = Mapping[str, str | type[models.Choices]]

_events: dict[str, type["Event"]] = {}
_former: dict[str, type["Event"]] = {}


class Category(models.TextChoices):
    """What an auditor asks for by name."""

    AUTH = "auth", _("Sign-in")
    PERMISSIONS = "permissions", _("Permissions")
    BREAK_GLASS = "break_glass", _("Break-glass")
    FINANCE = "finance", _("Finance")
    DOCUMENTS = "documents", _("Documents")
    ESIGNATURE = "esignature", _("E-signature")
    DATA_ACCESS = "data_access", _("Data access")
    CONFIGURATION = "configuration", _("Configuration")
    CLIENTS = "clients", _("Clients")
    SYSTEM = "system", _("System")


class Outcome(models.TextChoices):
    """How an attempt ended. It follows from the event, so it is in no column: `outcome_codes` says which events."""

    DONE = "done", _("Done")
    DENIED = "denied", _("Denied")
    FAILED = "failed", _("Failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field, before and after, as people would read it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, recorded once and never changed.

    Subclasses are frozen dataclasses whose fields are UUID, str, int, bool, date, datetime, tuples of these or
    `Change`s. They declare the category; `targets`, from field name to the label of the model it points at
    ("clients.client"; "{kind}" stands for the event's own field of that name), which is where timelines find them;
    `personal`, the fields whose values may have to be erased one day; and `sentence`, which follows the actor's name
    and may use `{field}`. `told` says where the words of a code are, of fields whose name does not say it everywhere (`words.EVERYWHERE`). `ends_as` says of what was refused or went wrong that it did. `formerly` lists codes it had in earlier releases: entries are never rewritten, so theirs
    go on being read by this class.
    """

    code: ClassVar[str] = ""
    category: ClassVar[Category]
    targets: ClassVar[Mapping[str, str]] = {}
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = ""
    told: ClassVar[Told] = {}
    ends_as: ClassVar[Outcome] = Outcome.DONE
    formerly: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Event, cls).__init_subclass__(**kwargs)
        # A room's events.py may have become a package: what stands before it names the room.
        room = re.split(r"\.(?:kernel_)?events(?:\.|$)", cls.__module__)[0].rsplit(".", 1)[-1]
        cls.code = f"{room}.{re.sub(r'(?<!^)(?=[A-Z])', '_', cls.__name__).lower()}"
        # A slotted dataclass is made twice; the second class is the one that lives on.
        _events[cls.code] = cls
        # Its own, and not a base's: a code leads to one class.
        _former.update(dict.fromkeys(cls.__dict__.get("formerly", ()), cls))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Event):
    """An event about edited fields. What stood there may be personal, so it can be erased."""

    personal: ClassVar[frozenset[str]] = frozenset({"changes"})
    changes: tuple[Change, ...] = field(default=())


def event_class(code: str) -> type[Event] | None:
    """The class of a code, present or former; None when the room that wrote it is gone."""
    return _events.get(code) or _former.get(code)


def every_code(code: str) -> tuple[str, ...]:
    """A code with those under which the same event stands in older entries."""
    found = event_class(code)
    if found is None:
        return (code,)
    return (found.code, *(old for old, present in _former.items() if present is found))


def event_classes() -> dict[str, type[Event]]:
    """Every event that can happen, by its code; a class without a sentence only gathers fields for others."""
    # Whether a sentence is there is asked without putting it into the reader's language.
    return {code: known for code, known in _events.items() if known.sentence is not Event.sentence}


def outcome_codes(outcome: Outcome) -> frozenset[str]:
    """The codes of events that ended so, former ones among them; what nobody declares any more was done."""
    return frozenset(
        name
        for code, known in event_classes().items()
        if known.ends_as is outcome
        for name in every_code(code)
    )
