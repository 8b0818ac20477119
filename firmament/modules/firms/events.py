"""What happens on the firm's own pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRead(Event):
    """Somebody looked at the audit trail, narrowed as the fields say. `text` may be a name, so it can be erased."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"entry_id": "ledger.entry"}
    personal: ClassVar[frozenset[str]] = frozenset({"text"})
    sentence: ClassVar[Text] = _("read the audit trail")

    entry_id: UUID | None = None
    who: UUID | None = None
    area: str = ""
    event: str = ""
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(Changed):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    sentence: ClassVar[Text] = _("changed what is written about a colleague")

    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Changed):
    """A person changed what is known about themselves."""

    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    sentence: ClassVar[Text] = _("changed their own profile")

    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Changed):
    """How the firm is called, reached and set up. Nothing of it is about a person."""

    category: ClassVar[Category] = Category.CONFIGURATION
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = _("changed the firm’s settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandChanged(Changed):
    category: ClassVar[Category] = Category.CONFIGURATION
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = _("changed the firm’s brand")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReplayed(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("had the failed work {job} tried again")

    run_id: UUID
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDiscarded(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("gave up the failed work {job}")

    run_id: UUID
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStopped(Event):
    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"run_id": "jobs.jobrun"}
    sentence: ClassVar[Text] = _("stopped the work {job}")

    run_id: UUID
    job: str
