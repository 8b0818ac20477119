"""Clients from a file: which columns there may be, and what becomes of a row."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.imports import ImportField, ImportPage, Values, column, declare_import, words
from firmament.modules.clients.actions.importing import import_client, withdraw_client
from firmament.modules.clients.forms.cells import country, kind, owner
from firmament.modules.clients.forms.doubles import existing, marks
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can
from firmament.ui.readable import number


def create(actor: Actor, values: Values) -> UUID:
    """One client from one row."""
    given = {name: value for name, value in values.items() if value is not None}
    member = given.pop("owner", None)
    return import_client(
        actor,
        owner=Membership.objects.select_related("user").get(pk=member) if member else None,
        contact_name=given.pop("contact_name", ""),
        **given,
    ).pk


def undo(actor: Actor, pk: UUID) -> None:
    """Take one of them back; one that has gone already is no matter."""
    client = Client.objects.visible_to(actor).filter(pk=pk).first()
    if client is None:
        if Client.objects.filter(pk=pk).exists():
            raise ValidationError(_("It is in the bin, or not yours to see."))
        return
    withdraw_client(actor, client)


def counted(count: int) -> str:
    """ "12 clients"."""
    return ngettext("%(n)s client", "%(n)s clients", count) % {"n": number(count)}


def _plain(name: str, synonyms: str, *, required: bool = False) -> ImportField:
    return ImportField(
        name=name,
        label=getattr(Client._meta.get_field(name), "verbose_name", name),
        synonyms=words(synonyms),
        required=required,
        parse=column(Client, name),
    )


CLIENT_IMPORT = declare_import(
    ImportPage(
        name="clients.clients",
        title=_("Import clients"),
        about=_(
            "Bring the list you have, from any program: CSV, Excel or OpenDocument. You see every row before"
            " anything is added, and the whole import can be taken back."
        ),
        power=Can.IMPORT,
        create=create,
        undo=undo,
        counted=counted,
        key=marks,
        existing=existing,
        kind="clients.client",
        start_url="clients:import",
        one_url="clients:import_one",
        list_url="clients:client_list",
        fields=(
            _plain(
                "name",
                "company companyname client customer organisation firm firma kunde mandant unternehmen"
                " raisonsociale société nom empresa cliente nazwa",
                required=True,
            ),
            ImportField(
                name="contact_name",
                label=_("Primary contact"),
                synonyms=words(
                    "contactperson contact contactname ansprechpartner kontakt interlocuteur persona"
                ),
                parse=column(Contact, "name"),
            ),
            _plain("email", "emailaddress mail emailadresse courriel correo eposta epost"),
            _plain("phone", "tel telephone telefon telefonnummer mobile phonenumber téléphone teléfono"),
            _plain("reference", "ref number no nummer kundennummer mandantennummer clientid clientno code"),
            _plain("vat_id", "vat vatno vatid vatnumber ustid ustidnr umsatzsteuerid tva nif taxid nip"),
            _plain("address_line1", "street address strasse straße anschrift adresse rue calle ulica"),
            _plain("address_line2", "addressline2 zusatz adresszusatz complément suite"),
            _plain("postal_code", "zip zipcode postcode plz codepostal cp kod"),
            _plain("city", "town ort stadt ville ciudad miasto locality"),
            ImportField(
                name="country",
                label=_("Country"),
                synonyms=words("land pays país kraj countrycode nation"),
                parse=country,
                help=_("A name or a two-letter code."),
            ),
            ImportField(
                name="kind",
                label=_("Kind"),
                synonyms=words("type typ art rechtsform"),
                parse=kind,
                help=_("Organisation or person; an organisation where it is empty."),
            ),
            ImportField(
                name="owner",
                label=_("Responsible"),
                synonyms=words("owner manager partner betreuer sachbearbeiter responsable accountmanager"),
                parse=owner,
                help=_("Somebody of the firm, by name or e-mail address; you, where it is empty."),
            ),
            _plain("notes", "remarks remark comment comments note bemerkung bemerkungen notiz remarques"),
        ),
    )
)
