"""The people at a client."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.clients.actions.contacts import (
    add_contact,
    edit_contact,
    make_primary,
    mark_left,
    mark_returned,
    remove_contact,
)
from firmament.modules.clients.forms.clients import ContactForm
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can
from firmament.modules.clients.reports import crumbs_to
from firmament.modules.clients.views.loading import client_of, contact_of


@staff_page(Can.EDIT_CONTACTS)
def contact_create(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Write down somebody at a client."""
    client = client_of(request, pk)
    form = ContactForm(sent(request))
    if form.is_valid():
        went, contact = form.carry_out(lambda: add_contact(request.actor, client, **form.cleaned_data))
        if went and contact is not None:
            toast(request, _("“%(name)s” was added.") % {"name": contact.name})
            return go("clients:client", pk=client.pk)
    return _form_page(request, client, form, title=_("New contact"))


@staff_page(Can.EDIT_CONTACTS)
def contact_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what is written about somebody."""
    contact = contact_of(request, pk)
    form = ContactForm(sent(request), initial=ContactForm.values_of(contact))
    if form.is_valid():
        went, _nothing = form.carry_out(lambda: edit_contact(request.actor, contact, **form.cleaned_data))
        if went:
            toast(request, _("Saved."))
            return go("clients:client", pk=contact.client_id)
    return _form_page(request, contact.client, form, title=_("Change contact"))


def _form_page(request: FirmRequest, client: Client, form: ContactForm, *, title: str) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        submit=_("Save contact"),
        crumbs=crumbs_to(client.pk, client.name),
        back_url=link("clients:client", pk=client.pk),
        template="clients/contact_form.html",
    )


STEPS = {"primary": make_primary, "left": mark_left, "returned": mark_returned, "remove": remove_contact}


@require_POST
@staff_page(Can.EDIT_CONTACTS)
def contact_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Primary, left, back again, or written down by mistake."""
    contact = contact_of(request, pk)
    if step not in STEPS:
        raise Http404
    words = {
        "primary": _("“%(name)s” is the primary contact."),
        "left": _("“%(name)s” is noted as having left."),
        "returned": _("“%(name)s” is back."),
        "remove": _("“%(name)s” was removed."),
    }
    back = {"left": "returned", "returned": "left"}
    carry_out(
        request,
        lambda: STEPS[step](request.actor, contact),
        lambda: words[step] % {"name": contact.name},
        link("clients:contact_step", pk=pk, step=back[step]) if step in back else None,
    )
    return go("clients:client", pk=contact.client_id)
