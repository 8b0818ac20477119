"""What happens to the trail itself: it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRead(Event):
    """Somebody looked at the audit trail, narrowed as the fields say. `text` may be a name, so it can be erased."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"entry_id": "ledger.entry"}
    personal: ClassVar[frozenset[str]] = frozenset({"text"})
    sentence: ClassVar[Text] = _("read the audit trail")
    formerly: ClassVar[tuple[str, ...]] = ("firms.audit_read",)

    entry_id: UUID | None = None
    who: UUID | None = None
    area: str = ""
    event: str = ""
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None
