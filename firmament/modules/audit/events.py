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
    """Somebody looked at the audit trail, narrowed as the fields say: by ids. `text` may be a name, so it can be erased.

    It is about the entry, where one was opened. Not about the thing or person asked about: its own history would soon be
    full of those who read it.
    """

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"entry_id": "ledger.entry"}
    personal: ClassVar[frozenset[str]] = frozenset({"text"})
    sentence: ClassVar[Text] = _("read the audit trail")
    formerly: ClassVar[tuple[str, ...]] = ("firms.audit_read",)

    entry_id: UUID | None = None
    who: UUID | None = None
    token_id: UUID | None = None
    object_id: UUID | None = None
    area: str = ""
    event: str = ""
    outcome: str = ""
    doors: tuple[str, ...] = ()
    request: str = ""
    text: str = ""
    period: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofExportRequested(Event):
    """Somebody wants the trail as a file that proves itself; a job writes it."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"export_id": "audit.proofexport"}
    sentence: ClassVar[Text] = _("asked for an export of the audit trail with its proof")

    export_id: UUID
    whole: bool
    with_values: bool
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofExported(Event):
    """The file was written: so many entries, under the checkpoint of this size."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"export_id": "audit.proofexport"}
    sentence: ClassVar[Text] = _("exported {entries} entries of the audit trail with their proof")

    export_id: UUID
    entries: int
    size: int
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOutletChanged(Event):
    """Checkpoints are sent elsewhere from now on. The address may be telling, so it can be erased."""

    category: ClassVar[Category] = Category.CONFIGURATION
    personal: ClassVar[frozenset[str]] = frozenset({"webhook_url"})
    sentence: ClassVar[Text] = _("changed where checkpoints of the audit trail are sent")

    daily_mail: bool
    webhook_url: str
    secret_changed: bool
