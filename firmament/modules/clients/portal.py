"""What a client's people see of themselves: their details, and the contacts we have of them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import allows
from firmament.kernel.web.entrances import portal_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.clients.actions.contacts import add_contact, edit_contact
from firmament.modules.clients.forms.clients import ContactForm
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can


@portal_page(Can.VIEW)
def profile(request: FirmRequest) -> HttpResponse:
    """Each client the person acts for, with its details and its people."""
    actor = request.actor
    clients = list(Client.objects.visible_to(actor).order_by("name_folded", "pk"))
    contacts: dict[UUID, list[Contact]] = {client.pk: [] for client in clients}
    for contact in Contact.objects.visible_to(actor).active().order_by("-primary", "name", "pk"):
        contacts[contact.client_id].append(contact)
    rows = [
        {
            "client": client,
            "contacts": contacts[client.pk],
            "may_edit": allows(actor, Can.EDIT_CONTACTS, client) and not client.is_archived,
        }
        for client in clients
    ]
    return page(request, "clients/portal_profile.html", {"clients": rows})


@portal_page(Can.EDIT_CONTACTS)
def contact_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change a contact's details."""
    rows = Contact.objects.visible_to(request.actor).active().select_related("client")
    contact: Contact = get_object_or_404(rows, pk=pk)
    form = ContactForm(sent(request), initial=ContactForm.values_of(contact))
    if form.is_valid():
        went, _n = form.carry_out(lambda: edit_contact(request.actor, contact, **form.cleaned_data))
        if went:
            toast(request, _("Saved. Thank you."))
            return go("clients_portal:profile")
    return _form_page(request, form, _("Change details"))


@portal_page(Can.EDIT_CONTACTS)
def contact_create(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Name somebody the firm may write to."""
    client: Client = get_object_or_404(Client.objects.visible_to(request.actor), pk=pk)
    form = ContactForm(sent(request))
    if form.is_valid():
        went, made = form.carry_out(lambda: add_contact(request.actor, client, **form.cleaned_data))
        if went and made is not None:
            toast(request, _("“%(name)s” was added. Thank you.") % {"name": made.name})
            return go("clients_portal:profile")
    return _form_page(request, form, _("Add a contact"))


def _form_page(request: FirmRequest, form: ContactForm, title: str) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        submit=_("Save"),
        back_url=link("clients_portal:profile"),
        template="clients/portal_contact_form.html",
    )
