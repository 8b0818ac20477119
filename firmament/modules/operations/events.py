"""What people do to background work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReplayed(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("had the failed work “{job}” tried again")
    formerly: ClassVar[tuple[str, ...]] = ("firms.job_replayed",)

    run_id: UUID
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDiscarded(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("gave up the failed work “{job}”")
    formerly: ClassVar[tuple[str, ...]] = ("firms.job_discarded",)

    run_id: UUID
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStopped(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("stopped the work “{job}”")
    formerly: ClassVar[tuple[str, ...]] = ("firms.job_stopped",)

    run_id: UUID
    job: str
