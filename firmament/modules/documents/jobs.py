"""What follows: letters to the client, what the scan found, reminders by the calendar."""

from datetime import timedelta
from uuid import UUID

from firmament.kernel.files.events import FileQuarantined, FileScanned
from firmament.kernel.jobs.registry import Lane, every, on
from firmament.kernel.messages.send import queue_message
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.lib.instant import today
from firmament.modules.documents.actions.requests import remind_client
from firmament.modules.documents.actions.submissions import clear_submission, quarantine_submission
from firmament.modules.documents.events.requests import RequestCompleted, RequestReminded, RequestSent
from firmament.modules.documents.events.submissions import SubmissionQuarantined, SubmissionRejected
from firmament.modules.documents.models import DocumentRequest, Submission
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.letters import letter_about, letter_about_file, readers

# Days after the due date on which a client is reminded; what is before it is negative.
OCCASIONS = (-3, 0, 3, 7, 14)


@on(FileScanned, lane=Lane.NOW)
def take_in_clean_file(event: FileScanned) -> None:
    """A clean file goes to staff for checking."""
    submission = _submission_of(event.file_id)
    if event.clean and submission:
        clear_submission(Actor.system("documents.take_in_clean_file"), submission)


@on(FileQuarantined, lane=Lane.NOW)
def stop_flagged_file(event: FileQuarantined) -> None:
    """A flagged file stays where nobody can open it."""
    submission = _submission_of(event.file_id)
    if submission:
        quarantine_submission(Actor.system("documents.stop_flagged_file"), submission)


@on(RequestSent, lane=Lane.NOW)
def tell_client_of_request(event: RequestSent) -> None:
    """Write to everybody who may hand in documents for the client."""
    request = DocumentRequest.objects.select_related("client").get(pk=event.request_id)
    _write("documents.request_sent", request, letter_about(request), key=f"request-{request.pk}")


@on(RequestReminded, lane=Lane.SOON)
def remind_by_letter(event: RequestReminded) -> None:
    """The reminder itself; when the last paper came in meanwhile, nobody is bothered."""
    request = DocumentRequest.objects.select_related("client").get(pk=event.request_id)
    if request.state != DocumentRequest.State.SENT:
        return
    overdue = event.days_after_due > 0
    context = {**letter_about(request), "overdue": overdue, "due_today": event.days_after_due == 0}
    key = f"reminder-{request.pk}-{event.days_after_due}"
    _write("documents.request_reminder", request, context, key=key)


@on(SubmissionRejected, lane=Lane.NOW)
def tell_client_of_rejection(event: SubmissionRejected) -> None:
    """The client reads the reason and hands in another file."""
    submission = _submission(event.submission_id)
    context = letter_about_file(submission)
    _write("documents.file_rejected", submission.item.request, context, key=f"rejected-{submission.pk}")


@on(SubmissionQuarantined, lane=Lane.NOW)
def tell_client_of_quarantine(event: SubmissionQuarantined) -> None:
    """Whoever sent a flagged file should know: their own machine may be infected."""
    submission = _submission(event.submission_id)
    context = letter_about_file(submission)
    _write("documents.file_quarantined", submission.item.request, context, key=f"quarantined-{submission.pk}")


@on(RequestCompleted, lane=Lane.SOON)
def thank_client(event: RequestCompleted) -> None:
    """Everything is in; the client need not wonder."""
    request = DocumentRequest.objects.select_related("client").get(pk=event.request_id)
    _write("documents.request_completed", request, letter_about(request), key=f"completed-{request.pk}")


@every("0 7 * * *", powers=(Can.REMIND,))
def remind_of_due_requests() -> None:
    """Each morning in the firm's own zone: whoever owes documents by a date near or past is reminded once per occasion."""
    on_date = today(current_firm().timezone)
    actor = Actor.system("documents.remind_of_due_requests")
    due = {days: on_date - timedelta(days=days) for days in OCCASIONS}
    open_ones = DocumentRequest.objects.open().filter(remind=True, due_on__in=due.values())
    for request in open_ones.order_by("pk"):
        remind_client(actor, request, days_after_due=(on_date - request.due_on).days)


def _write(wording: str, request: DocumentRequest, context: dict[str, object], *, key: str) -> None:
    actor = Actor.system("documents.write_to_client")
    for reader in readers(request):
        queue_message(
            actor,
            wording=wording,
            to=reader.to,
            context={**context, "link": reader.link or context["link"]},
            key=f"{key}-{reader.key}",
            client_id=request.client_id,
        )


def _submission(submission_id: UUID) -> Submission:
    rows = Submission.objects.select_related("file", "item__request__client")
    found: Submission = rows.get(pk=submission_id)
    return found


def _submission_of(file_id: UUID) -> Submission | None:
    rows = Submission.objects.select_related("file", "item__request__client")
    found: Submission | None = rows.filter(file_id=file_id).first()
    return found
