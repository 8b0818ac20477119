"""What letters say of requests, and who reads them."""

from dataclasses import dataclass

from firmament.kernel.identity.links import invitation_secret
from firmament.kernel.identity.models import Invitation
from firmament.kernel.messages.send import Recipient
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import absolute_link
from firmament.modules.clients.public import portal_people
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a letter about a request. `link` replaces the letter's own for somebody who has no password yet."""

    key: str
    to: Recipient
    link: dict[str, str] | None = None


def readers(request: DocumentRequest) -> list[Reader]:
    """Everybody who may hand in documents for the client, and those who are invited to."""
    people = [
        Reader(
            key=str(person.user_id),
            to=Recipient(
                name=person.name,
                email=person.email,
                user_id=person.user_id,
                locale=person.locale,
                timezone=person.timezone,
            ),
        )
        for person in portal_people(request.client_id, scope=Scope.DOCUMENTS_UPLOAD)
    ]
    known = {reader.to.email for reader in people}
    zone = current_firm().timezone
    for invitation in Invitation.objects.pending().filter(client_id=request.client_id).order_by("created_at"):
        if Scope.DOCUMENTS_UPLOAD in invitation.scopes and invitation.email not in known:
            to = Recipient(name=invitation.name, email=invitation.email, timezone=zone)
            people.append(Reader(key=str(invitation.pk), to=to, link=invitation_secret(invitation)))
    return people
