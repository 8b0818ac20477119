"""The lists: clients, the bin."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firmament.kernel.policies.decide import visible
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.bulk import BulkAction, Choice
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, RelatedFilter, SearchFilter, YesNoFilter
from firmament.kernel.web.lists import Empty, ListAction, ListPage, list_page
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import archive_client, restore_client, unarchive_client
from firmament.modules.clients.actions.clients import assign_owner
from firmament.modules.clients.forms.importing import counted
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can
from firmament.modules.clients.reports import CLIENT_TONES, owner_choices
from firmament.ui.readable import number


def give_to(actor: Actor, client: Client, value: str) -> None:
    """Make the member of this id responsible for a client; "none": nobody."""
    member = None if value == "none" else Membership.objects.select_related("user").get(pk=value)
    assign_owner(actor, client, member)


NEW_CLIENT = ListAction(
    label=_("New client"), url_name="clients:client_create", power=Can.CREATE, icon="plus", primary=True
)
TO_THE_BIN = ListAction(label=_("Bin"), url_name="clients:bin", power=Can.RESTORE, icon="trash")
IMPORT = ListAction(label=_("Import"), url_name="clients:import", power=Can.IMPORT, icon="upload")

CLIENTS = ListPage(
    name="clients.clients",
    title=_("Clients"),
    counted=counted,
    row_url="clients:client",
    order="name",
    columns=(
        Column(key="name", label=_("Name"), kind=Kind.TITLE, sort="name_folded", sub="reference"),
        Column(key="state", label=_("State"), kind=Kind.STATUS, choices=Client.State, tones=CLIENT_TONES),
        Column(
            key="owner",
            label=_("Responsible"),
            path="owner__user__name",
            kind=Kind.PERSON,
            sort="owner__user__name",
            priority=2,
        ),
        Column(
            key="contact", label=_("Primary contact"), path="contact_name", priority=3, sub="contact_email"
        ),
        Column(key="portal", label=_("Portal"), path="has_portal", kind=Kind.YES_NO, priority=3),
        Column(
            key="updated",
            label=_("Last change"),
            path="updated_at",
            kind=Kind.RELATIVE,
            sort="updated_at",
            priority=3,
        ),
        Column(key="kind", label=_("Kind"), choices=Client.Kind, hidden=True),
        Column(key="reference", label=_("Reference"), hidden=True),
        Column(key="email", label=_("E-mail"), hidden=True),
        Column(key="phone", label=_("Telephone"), hidden=True),
        Column(key="contact_email", label=_("Contact’s e-mail"), hidden=True),
        Column(key="vat_id", label=_("VAT number"), hidden=True),
        Column(key="address_line1", label=_("Address"), hidden=True),
        Column(key="address_line2", label=_("Address, second line"), hidden=True),
        Column(key="postal_code", label=_("Postal code"), hidden=True),
        Column(key="city", label=_("Town"), hidden=True),
        Column(key="country", label=_("Country"), hidden=True),
        Column(
            key="created", label=_("Since"), path="created_at", kind=Kind.DATE, sort="created_at", hidden=True
        ),
    ),
    filters=(
        SearchFilter(
            paths=("name", "reference", "email", "contact_name", "contact_email"),
            label=_("Search names, references, addresses"),
        ),
        ChoiceFilter(
            key="state", label=_("State"), choices=(*Client.State.choices, ("all", _("Archived too")))
        ),
        ChoiceFilter(key="kind", label=_("Kind"), choices=Client.Kind),
        RelatedFilter(
            key="owner",
            label=_("Responsible"),
            path="owner_id",
            options=owner_choices,
            none_label=_("Nobody"),
        ),
        YesNoFilter(
            key="portal",
            label=_("Portal"),
            path="has_portal",
            yes=_("Uses the portal"),
            no=_("No portal access"),
        ),
    ),
    actions=(TO_THE_BIN, IMPORT, NEW_CLIENT),
    bulk=(
        BulkAction(
            key="owner",
            label=_("Make responsible"),
            power=Can.ASSIGN_OWNER,
            run=give_to,
            question=_("Who is to be responsible for them?"),
            done=lambda n: (
                ngettext(
                    "%(n)s client has a new responsible person.",
                    "%(n)s clients have a new responsible person.",
                    n,
                )
                % {"n": number(n)}
            ),
            icon="user-check",
            choice=Choice(label=_("Responsible"), options=owner_choices, none_label=_("Nobody")),
            remember=lambda client: str(client.owner_id or "none"),
            undo="owner",
        ),
        BulkAction(
            key="archive",
            label=_("Archive"),
            power=Can.ARCHIVE,
            run=archive_client,
            question=_("Put these clients in the archive?"),
            done=lambda n: (
                ngettext("%(n)s client archived.", "%(n)s clients archived.", n) % {"n": number(n)}
            ),
            icon="archive",
            undo="unarchive",
        ),
        BulkAction(
            key="unarchive",
            label=_("Take out of the archive"),
            power=Can.ARCHIVE,
            run=unarchive_client,
            question=_("Take these clients out of the archive?"),
            done=lambda n: (
                ngettext("%(n)s client is out of the archive.", "%(n)s clients are out of the archive.", n)
                % {"n": number(n)}
            ),
            icon="archive",
            offered=False,
        ),
    ),
    export="clients",
    export_power=Can.EXPORT,
    empty=Empty(
        title=_("No clients yet"),
        text=_(
            "Everything the firm does hangs on a client. Take on the first one, or import the list you have."
        ),
        icon="users",
        action=NEW_CLIENT,
    ),
)


def with_contact(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Each client with its primary contact, and whether somebody there can use the portal now."""
    primary = Contact.objects.filter(client=OuterRef("pk"), primary=True)
    grants = PortalGrant.objects.in_force(at=now()).filter(client_id=OuterRef("pk"))
    return rows.annotate(
        contact_name=Subquery(primary.values("name")[:1]),
        contact_email=Subquery(primary.values("email")[:1]),
        has_portal=Exists(grants),
    )


@staff_page(Can.VIEW)
def client_list(request: FirmRequest) -> HttpResponseBase:
    """Every client outside the bin; the archive only when asked for."""
    rows = Client.objects.visible_to(request.actor)
    if not request.GET.get("state") and "undo" not in request.GET:
        rows = rows.exclude(state=Client.State.ARCHIVED)
    return list_page(request, CLIENTS, with_contact(rows))


BIN = ListPage(
    name="clients.bin",
    title=_("Bin"),
    about=_("Clients stay here for thirty days. After that they are deleted for good."),
    counted=counted,
    order="-deleted",
    columns=(
        Column(key="name", label=_("Name"), kind=Kind.TITLE, sort="name_folded", sub="reference"),
        Column(
            key="deleted",
            label=_("In the bin since"),
            path="deleted_at",
            kind=Kind.DATETIME,
            sort="deleted_at",
        ),
        Column(
            key="by", label=_("Put there by"), path="deleted_by__user__name", kind=Kind.PERSON, priority=2
        ),
    ),
    filters=(SearchFilter(paths=("name", "reference"), label=_("Search the bin")),),
    bulk=(
        BulkAction(
            key="restore",
            label=_("Restore"),
            power=Can.RESTORE,
            run=restore_client,
            question=_("Take these clients out of the bin?"),
            done=lambda n: (
                ngettext("%(n)s client restored.", "%(n)s clients restored.", n) % {"n": number(n)}
            ),
            icon="arrow-back-up",
        ),
    ),
    empty=Empty(
        title=_("The bin is empty"), text=_("What is deleted lies here for thirty days."), icon="trash"
    ),
)


@staff_page(Can.RESTORE)
def client_bin(request: FirmRequest) -> HttpResponseBase:
    """What was put in the bin and can still be put back."""
    return list_page(request, BIN, Client.objects.filter(visible(request.actor, Can.RESTORE, Client)))
