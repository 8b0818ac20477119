"""What happens to macros, aimed at the thing they were run from. What each step did, its own action records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroEvent(Event):
    """Which run, of what. Without a sentence it only gathers fields for the others."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {
        "run_id": "macros.macrorun",
        "object_id": "{kind}",
        "source_id": "{source_kind}",
    }

    run_id: UUID
    kind: str
    object_id: UUID
    source_kind: str
    source_id: UUID
    title: str
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroRan(MacroEvent):
    sentence: ClassVar[Text] = _("ran the macro {title}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroUndone(MacroEvent):
    sentence: ClassVar[Text] = _("took back the macro {title}")
