"""What other rooms may ask about documents. Ids in, frozen facts out; everything as the actor may see it."""

from uuid import UUID

from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.links import row_links
from firmament.kernel.web.panels import Panel
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.requests import OpenRequest, open_requests

__all__ = ["OpenRequest", "client_panel", "open_requests"]


def client_panel(actor: Actor, client_id: UUID) -> Panel | None:
    """The client's requests, newest first, on the client's own page."""
    rows = DocumentRequest.objects.visible_to(actor).filter(client_id=client_id).with_progress()
    to_request = row_links("documents:request")
    return Panel(
        title="Document requests",
        template="documents/client_panel.html",
        context={
            "requests": [
                {
                    "url": to_request(row.pk),
                    "title": row.title,
                    "state": row.state,
                    "due_on": row.due_on,
                    "done": row.done_count,
                    "items": row.item_count,
                    "to_check": row.review_count,
                }
                for row in rows.order_by("-created_at", "-pk")[:20]
            ],
            "client_id": client_id,
            "can_request": may(actor, Can.REQUEST),
        },
        order=2,
    )
