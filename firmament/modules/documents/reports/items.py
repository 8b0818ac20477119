"""The items of a request with their files, as lines on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can
from firmament.ui.shell import Tone

ITEM_TONES: Mapping[str, Tone] = {
    "open": "waiting",
    "submitted": "info",
    "rejected": "warning",
    "accepted": "done",
    "waived": "neutral",
}
SUBMISSION_TONES: Mapping[str, Tone] = {
    "checking": "info",
    "quarantined": "danger",
    "pending": "info",
    "accepted": "done",
    "rejected": "warning",
    "withdrawn": "neutral",
}
ACCEPT = {
    "any": ".pdf,.jpg,.jpeg,.png,.heic,.webp,.xlsx,.xls,.csv,.ods,.docx,.doc,.odt,.txt",
    "pdf": ".pdf",
    "image": "image/*,.heic,.pdf",
    "spreadsheet": ".xlsx,.xls,.csv,.ods",
    "text": ".docx,.doc,.odt,.txt,.pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file handed in, as a line on a page."""

    id: UUID
    name: str
    size: int
    at: datetime
    state: str
    label: str
    tone: Tone
    reason: str
    can_open: bool
    can_decide: bool
    can_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """A document that is asked for, with what was handed in for it."""

    id: UUID
    title: str
    help: str
    rule: str
    accept: str
    max_bytes: int
    state: str
    label: str
    tone: Tone
    reason: str
    done: bool
    takes_files: bool
    files: tuple[FileLine, ...]

    @property
    def checking(self) -> bool:
        """Whether a file of it is being scanned: the page looks again soon."""
        return any(line.state == Submission.State.CHECKING for line in self.files)


# The same states, said to the person they wait for.
CLIENT_WORDS: Mapping[str, Promise] = {
    "open": gettext_lazy("Waiting for you"),
    "submitted": gettext_lazy("Being checked"),
    "rejected": gettext_lazy("Send another file"),
    "accepted": gettext_lazy("Accepted"),
    "waived": gettext_lazy("No longer needed"),
    "checking": gettext_lazy("Being scanned"),
    "quarantined": gettext_lazy("Stopped by the virus scan"),
    "pending": gettext_lazy("Received"),
    "withdrawn": gettext_lazy("Taken back"),
}


def item_lines(actor: Actor, request: DocumentRequest) -> tuple[ItemLine, ...]:
    """The items with their files, in the words of the reader's side; two queries."""
    items = list(request.items.order_by("position", "pk"))
    files: dict[UUID, list[Submission]] = {item.pk: [] for item in items}
    for submission in (
        Submission.objects.filter(item__in=items).select_related("file").order_by("created_at", "pk")
    ):
        files[submission.item_id].append(submission)
    sent = request.state == DocumentRequest.State.SENT
    words = CLIENT_WORDS if actor.domain == Domain.CLIENT else {}
    may = {
        "open": allows(actor, Can.DOWNLOAD, request),
        "decide": sent and allows(actor, Can.REVIEW, request),
        "withdraw": sent and allows(actor, Can.UPLOAD, request),
    }
    return tuple(_item_line(item, files[item.pk], may, words) for item in items)


def _item_line(
    item: RequestItem, files: Iterable[Submission], may: Mapping[str, bool], words: Mapping[str, Promise]
) -> ItemLine:
    return ItemLine(
        id=item.pk,
        title=item.title,
        help=item.help,
        rule=_rule(item),
        accept=ACCEPT[item.kind],
        max_bytes=item.max_bytes,
        state=item.state,
        label=str(words.get(item.state, item.get_state_display())),
        tone=ITEM_TONES[item.state],
        reason=item.reason,
        done=item.is_done,
        takes_files=may["withdraw"] and not item.is_done,
        files=tuple(_file_line(submission, may, words) for submission in files),
    )


def _file_line(submission: Submission, may: Mapping[str, bool], words: Mapping[str, Promise]) -> FileLine:
    waiting = submission.state == Submission.State.PENDING
    return FileLine(
        id=submission.pk,
        name=submission.file.name,
        size=submission.file.size,
        at=submission.created_at,
        state=submission.state,
        label=str(words.get(submission.state, submission.get_state_display())),
        tone=SUBMISSION_TONES[submission.state],
        reason=submission.reason or (submission.file.reason if submission.state == "quarantined" else ""),
        can_open=may["open"] and submission.file.is_ready,
        can_decide=may["decide"] and waiting,
        can_withdraw=may["withdraw"] and (waiting or submission.state == Submission.State.CHECKING),
    )


def _rule(item: RequestItem) -> str:
    """The item's rules in a few words."""
    kinds = {
        "any": _("PDF, photo, spreadsheet or text"),
        "pdf": _("PDF"),
        "image": _("Photo, scan or PDF"),
        "spreadsheet": _("Spreadsheet or CSV"),
        "text": _("Text document or PDF"),
    }
    size = _("up to %(size)s MB each") % {"size": item.max_megabytes}
    count = _("%(count)s files needed") % {"count": item.files_needed} if item.files_needed > 1 else ""
    return ", ".join(part for part in (kinds[item.kind], size, count) if part)
