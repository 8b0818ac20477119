"""What letters say of requests: primitives only."""

from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import absolute_link
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission


def letter_about(request: DocumentRequest) -> dict[str, object]:
    """What every letter about a request may say: primitives only."""
    return {
        "request": {"title": request.title, "note": request.note, "due_on": request.due_on.isoformat()},
        "items": [
            {"title": item.title, "help": item.help}
            for item in request.items.exclude(state__in=RequestItem.DONE).order_by("position", "pk")
        ],
        "client": {"name": request.client.name},
        "firm": {"name": current_firm().name},
        "link": absolute_link("documents_portal:request", pk=request.pk),
    }


def letter_about_file(submission: Submission) -> dict[str, object]:
    """The same, and which file of which item."""
    item = submission.item
    return {
        **letter_about(item.request),
        "item": {"title": item.title},
        "file": {"name": submission.file.name},
        "reason": submission.reason,
    }
