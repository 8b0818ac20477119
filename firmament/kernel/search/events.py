"""What happens to the index as a whole."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexRequested(Event):
    """Everything of a kind is read anew; of every kind where `kind` is empty."""

    category: ClassVar[Category] = Category.SYSTEM
    sentence: ClassVar[Text] = _("asked for the search index to be made anew")

    kind: str
