"""What the kernel itself writes down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Outcome, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDenied(Event):
    """A sensitive power was asked for and refused; written after the rollback.

    Of queued work every refusal is written, with its run: somebody asked for it while they still could.
    """

    category: ClassVar[Category] = Category.PERMISSIONS
    ends_as: ClassVar[Outcome] = Outcome.DENIED
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("was refused “{power}”")

    power: str
    rule: str
    path: str = ""
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed(Event):
    """A request ended in an error of ours (5xx); nothing of it was kept."""

    category: ClassVar[Category] = Category.SYSTEM
    ends_as: ClassVar[Outcome] = Outcome.FAILED
    sentence: ClassVar[Text] = _("met an error of ours at {path}")

    path: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFirmWorkDone(Event):
    """Work that goes through all firms reached this one."""

    category: ClassVar[Category] = Category.SYSTEM
    sentence: ClassVar[Text] = _("went through all firms: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(Event):
    """A job has become a dead letter: it is not tried again unless a person replays it."""

    category: ClassVar[Category] = Category.SYSTEM
    ends_as: ClassVar[Outcome] = Outcome.FAILED
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("gave up the job “{job}”")

    run_id: UUID
    job: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalValuesErased(Event):
    """Personal values of these entries, or of these changes of rows, were deleted for good. What they were is nowhere, this line included."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"entry_ids": "ledger.entry", "change_ids": "ledger.rowchange"}
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    sentence: ClassVar[Text] = _("erased {values} personal values from the audit trail: {reason}")

    entry_ids: tuple[UUID, ...]
    values: int
    reason: str
    change_ids: tuple[UUID, ...] = ()
