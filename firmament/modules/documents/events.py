"""What happens to requests, items and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

REQUEST: Mapping[str, str] = {"request_id": "documents.documentrequest", "client_id": "clients.client"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRequest(Event):
    """Everything here is about one request to one client."""

    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = REQUEST

    request_id: UUID
    client_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDrafted(_OfRequest):
    sentence: ClassVar[Text] = _("drafted the document request “{title}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanged(Changed):
    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = REQUEST
    sentence: ClassVar[Text] = _("changed the document request “{title}”")

    request_id: UUID
    client_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSent(_OfRequest):
    sentence: ClassVar[Text] = _("asked the client for “{title}” ({item_count} documents)")

    item_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCompleted(_OfRequest):
    sentence: ClassVar[Text] = _("completed the document request “{title}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCanceled(_OfRequest):
    sentence: ClassVar[Text] = _("canceled the document request “{title}”: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReminded(_OfRequest):
    sentence: ClassVar[Text] = _("reminded the client of “{title}”")

    days_after_due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWaived(_OfRequest):
    sentence: ClassVar[Text] = _("waived “{item}”: {reason}")

    item_id: UUID
    item: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReopened(_OfRequest):
    sentence: ClassVar[Text] = _("asked again for “{item}”")

    item_id: UUID
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfSubmission(_OfRequest):
    """About one file. A file's name can be personal; the item says enough."""

    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    item_id: UUID
    item: str
    submission_id: UUID
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSubmitted(_OfSubmission):
    sentence: ClassVar[Text] = _("handed in {name} for “{item}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionCleared(_OfSubmission):
    """The scan found nothing: the file waits for staff."""

    sentence: ClassVar[Text] = _("found {name} for “{item}” free of viruses")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionQuarantined(_OfSubmission):
    sentence: ClassVar[Text] = _("stopped {name} for “{item}”: the virus scan flagged it")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAccepted(_OfSubmission):
    sentence: ClassVar[Text] = _("accepted {name} for “{item}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRejected(_OfSubmission):
    sentence: ClassVar[Text] = _("rejected {name} for “{item}”: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionWithdrawn(_OfSubmission):
    sentence: ClassVar[Text] = _("took back {name} for “{item}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDownloaded(_OfSubmission):
    category: ClassVar[Category] = Category.DATA_ACCESS
    sentence: ClassVar[Text] = _("downloaded {name} for “{item}”")
