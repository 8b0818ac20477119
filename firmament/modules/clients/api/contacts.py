"""The people at clients, for programs."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from firmament.kernel.api.answers import empty, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.schemas import NewestSort
from firmament.kernel.api.versions import locked
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.actions import contacts
from firmament.modules.clients.api.loading import client_of, contact_of
from firmament.modules.clients.models import Contact
from firmament.modules.clients.policies import Can
from firmament.modules.clients.schemas import CONTACT, ContactIn, ContactOut, ContactPatch

router = Router(tags=["clients"])


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Contact.objects.visible_to(request.actor), pk, CONTACT, status=status)


@router.get("/{uuid:pk}/contacts", response=Page[ContactOut])
@operation(Can.VIEW_CONTACTS)
def list_contacts(
    request: FirmRequest, pk: UUID, limit: Limit = 50, cursor: Cursor = "", sort: NewestSort = "created_at"
) -> HttpResponse:
    """The people at a client, those who have left among them."""
    rows = Contact.objects.visible_to(request.actor).filter(client=client_of(request, pk))
    return cursor_page(request, rows, CONTACT, limit=limit, cursor=cursor, sort=sort)


@router.post("/{uuid:pk}/contacts", response={201: ContactOut})
@operation(Can.EDIT_CONTACTS)
def create_contact(request: FirmRequest, pk: UUID, body: ContactIn) -> HttpResponse:
    contact = contacts.add_contact(request.actor, client_of(request, pk), **body.model_dump())
    return _answer(request, contact.pk, 201)


@router.get("/contacts/{uuid:pk}", response=ContactOut)
@operation(Can.VIEW_CONTACTS)
def get_contact(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.patch("/contacts/{uuid:pk}", response=ContactOut)
@operation(Can.EDIT_CONTACTS, if_match=True)
def change_contact(request: FirmRequest, pk: UUID, body: ContactPatch) -> HttpResponse:
    contact = locked(request, Contact.objects.visible_to(request.actor), pk)
    contacts.edit_contact(request.actor, contact, **body.model_dump(exclude_unset=True))
    return _answer(request, pk)


@router.delete("/contacts/{uuid:pk}", response={204: None})
@operation(Can.EDIT_CONTACTS, if_match=True)
def delete_contact(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Remove a contact written down by mistake; one with a portal account is marked as left instead."""
    contacts.remove_contact(request.actor, locked(request, Contact.objects.visible_to(request.actor), pk))
    return empty()


@router.post("/contacts/{uuid:pk}/{step}", response=ContactOut)
@operation(Can.EDIT_CONTACTS)
def move_contact(
    request: FirmRequest, pk: UUID, step: Literal["primary", "left", "returned"]
) -> HttpResponse:
    """Make somebody the primary contact, or note that they have left or returned."""
    steps: dict[str, Callable[..., None]] = {
        "primary": contacts.make_primary,
        "left": contacts.mark_left,
        "returned": contacts.mark_returned,
    }
    steps[step](request.actor, contact_of(request, pk))
    return _answer(request, pk)
