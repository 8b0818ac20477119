"""What happens to the files that are handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Outcome, Text
from firmament.modules.documents.events.requests import AboutRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSubmission(AboutRequest):
    """About one file. A file's name can be personal; the item says enough."""

    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    item_id: UUID
    item: str
    submission_id: UUID
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSubmitted(AboutSubmission):
    sentence: ClassVar[Text] = _("handed in {name} for “{item}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionCleared(AboutSubmission):
    """The scan found nothing: the file waits for staff. Of interest beside the request, not on the client's page."""

    targets: ClassVar[Mapping[str, str]] = {"request_id": "documents.documentrequest"}
    sentence: ClassVar[Text] = _("found {name} for “{item}” free of viruses")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionQuarantined(AboutSubmission):
    ends_as: ClassVar[Outcome] = Outcome.DENIED
    sentence: ClassVar[Text] = _("stopped {name} for “{item}”: the virus scan flagged it")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAccepted(AboutSubmission):
    sentence: ClassVar[Text] = _("accepted {name} for “{item}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRejected(AboutSubmission):
    sentence: ClassVar[Text] = _("rejected {name} for “{item}”: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionWithdrawn(AboutSubmission):
    sentence: ClassVar[Text] = _("took back {name} for “{item}”")
