"""What tests of document requests begin with; made through the actions."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.jobs import run_all_queued
from firmament.lib.instant import now
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.actions.requests import ItemDraft, draft_request, send_request
from firmament.modules.documents.actions.submissions import submit_file
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def make_request(
    actor: Actor,
    *items: ItemDraft,
    client: Client | None = None,
    sent: bool = True,
    due_on: date | None = None,
    title: str = "Papers for the yearly accounts",
    engagement_id: UUID | None = None,
) -> DocumentRequest:
    """A request to Carla's Bakery for two documents, already sent, unless told otherwise."""
    request = draft_request(
        actor,
        (client or carlas_bakery()).pk,
        title=title,
        due_on=due_on or now().date() + timedelta(days=14),
        engagement_id=engagement_id,
        items=items or (ItemDraft(title="Bank statements"), ItemDraft(title="Payroll journal")),
    )
    if sent:
        send_request(actor, request)
        request.refresh_from_db()
    return request


def item_of(request: DocumentRequest, position: int = 0) -> RequestItem:
    """One of its items."""
    found: RequestItem = request.items.select_related("request__client").get(position=position)
    return found


def pdf(name: str = "statement.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    """A small PDF."""
    return SimpleUploadedFile(name, PDF + extra, content_type="application/pdf")


def carla_actor(firm_id: object) -> Actor:
    """Carla, on the client's side."""
    return Actor.of_client(User.objects.get(email="carla@client.example"), firm_id)  # type: ignore[arg-type]


def make_submission(actor: Actor, item: RequestItem, *, name: str = "statement.pdf") -> Submission:
    """A file from Carla, scanned and waiting for staff. `actor` names the firm."""
    submission = submit_file(carla_actor(actor.firm_id), item, pdf(name, name.encode()))
    run_all_queued()
    submission.refresh_from_db()
    return submission


def _request(actor: Actor) -> dict[str, object]:
    return {"pk": make_request(actor).pk}


def _item(actor: Actor) -> dict[str, object]:
    return {"pk": item_of(make_request(actor)).pk}


def _submission(actor: Actor) -> dict[str, object]:
    return {"pk": make_submission(actor, item_of(make_request(actor))).pk}


def _client(actor: Actor) -> dict[str, object]:
    return {"client": carlas_bakery().pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "documents:request_create": _client,
    "documents:request": _request,
    "documents:request_edit": _request,
    "documents:request_letter": _request,
    "documents:request_send": _request,
    "documents:request_cancel": _request,
    "documents:item_waive": _item,
    "documents:item_reopen": _item,
    "documents:submission_accept": _submission,
    "documents:submission_reject": _submission,
    "documents:submission_file": _submission,
    "documents_portal:request": _request,
    "documents_portal:item_files": _item,
    "documents_portal:submission_withdraw": _submission,
    "documents_portal:submission_file": _submission,
}

API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/documents/requests/": _request,
    "/documents/items/": _item,
    "/documents/submissions/": _submission,
}

STEP_EXAMPLES: dict[str, Callable[[Actor], tuple[DocumentRequest, dict[str, object]]]] = {
    "documents.set_due": lambda actor: (make_request(actor), {"days": 30}),
    "documents.set_reminders": lambda actor: (make_request(actor), {"remind": False}),
}
