"""Whom the firm works for, and the people there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.validators import validate_not_blank, validate_text
from firmament.ui.readable import locale

BIN_KEEPS = timedelta(days=30)


class ClientQuerySet(FirmQuerySet):
    def live(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(deleted_at__isnull=True)

    def binned(self) -> Self:
        """Those in the bin, which can still be put back."""
        return self.filter(deleted_at__isnull=False)

    def matching(self, text: str) -> Self:
        """Those whose name or reference holds the text; all of them for no text."""
        text = text.strip()
        return self.filter(Q(name__icontains=text) | Q(reference__icontains=text)) if text else self

    def due_for_purge(self, *, at: datetime) -> Self:
        """Those whose thirty days in the bin are over."""
        return self.filter(deleted_at__lte=at - BIN_KEEPS)


class Client(FirmModel):
    """An organisation or a person the firm works for. `owner` is the member of the firm who answers for it."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("Organisation")
        PERSON = "person", _("Person")

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")
        ARCHIVED = "archived", _("Archived")

    view_power: ClassVar[str] = "clients.view"
    client_path: ClassVar[str | None] = "id"

    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    name = models.CharField(_("Name"), max_length=200, validators=[validate_text, validate_not_blank])
    reference = models.CharField(
        _("Reference"),
        max_length=24,
        blank=True,
        validators=[validate_text],
        help_text=_("Your own short code for this client, such as a file number."),
    )
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.ACTIVE)
    owner = FirmForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Responsible")
    )
    email = models.EmailField(_("E-mail"), max_length=254, blank=True, validators=[validate_text])
    phone = models.CharField(_("Telephone"), max_length=40, blank=True, validators=[validate_text])
    vat_id = models.CharField(_("VAT number"), max_length=40, blank=True, validators=[validate_text])
    address_line1 = models.CharField(_("Address"), max_length=200, blank=True, validators=[validate_text])
    address_line2 = models.CharField(
        _("Address, second line"), max_length=200, blank=True, validators=[validate_text]
    )
    postal_code = models.CharField(_("Postal code"), max_length=20, blank=True, validators=[validate_text])
    city = models.CharField(_("Town"), max_length=120, blank=True, validators=[validate_text])
    country = models.CharField(
        _("Country"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Use the two-letter code, such as DE."))],
        help_text=_("Two-letter code (ISO 3166), such as DE."),
    )
    notes = models.TextField(_("Notes"), max_length=10_000, blank=True, validators=[validate_text])
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("In the bin since"), null=True, blank=True, editable=False)
    deleted_by = FirmForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True, editable=False
    )
    # What lists sort by and duplicates are found by: lib.text.folded, cut to length, since NFKC makes some
    # characters eighteen.
    name_folded = models.GeneratedField(
        expression=models.Func(
            F("name"),
            template="left(btrim(regexp_replace(lower(normalize(%(expressions)s, NFKC)), '\\s+', ' ', 'g')), 200)",
            output_field=models.CharField(),
        ),
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "reference"],
                condition=~Q(reference=""),
                name="client_reference_once",
                violation_error_message=_("Another client already has this reference."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["organisation", "person"]), name="client_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "inactive", "archived"]), name="client_state_known"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="client_has_a_name"),
            models.CheckConstraint(
                condition=Q(state="archived", archived_at__isnull=False)
                | (~Q(state="archived") & Q(archived_at__isnull=True)),
                name="client_archived_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=False) | Q(deleted_by__isnull=True),
                name="client_deleted_by_only_in_the_bin",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "name_folded", "id"], name="client_by_name"),
            models.Index(fields=["firm", "-updated_at", "-id"], name="client_newest_change"),
            models.Index(fields=["firm", "-created_at", "-id"], name="client_newest"),
            models.Index(fields=["firm", "state", "name_folded", "id"], name="client_by_state"),
            models.Index(
                fields=["firm", "deleted_at"], condition=Q(deleted_at__isnull=False), name="client_in_the_bin"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        """Whether the firm no longer works for it."""
        return self.state == self.State.ARCHIVED

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of the address that are filled in; the country by its name in the reader's language."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        country = locale().territories.get(self.country, self.country)
        return tuple(part for part in (self.address_line1, self.address_line2, town, country) if part)


class ContactQuerySet(FirmQuerySet):
    def active(self) -> Self:
        """Those who still work there."""
        return self.filter(state=Contact.State.ACTIVE)

    def of(self, client_id: UUID) -> Self:
        """Those of one client, the primary one first."""
        return self.filter(client_id=client_id).order_by("-primary", "state", "name", "pk")


class Contact(FirmModel):
    """Somebody at a client. `user` is the person in the portal, once they have one."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        FORMER = "former", _("Former")

    view_power: ClassVar[str] = "clients.view_contacts"
    client_path: ClassVar[str | None] = "client_id"

    client = FirmForeignKey(Client, on_delete=models.CASCADE)
    name = models.CharField(_("Name"), max_length=200, validators=[validate_text, validate_not_blank])
    email = models.EmailField(_("E-mail"), max_length=254, blank=True, validators=[validate_text])
    phone = models.CharField(_("Telephone"), max_length=40, blank=True, validators=[validate_text])
    title = models.CharField(
        _("Role"),
        max_length=120,
        blank=True,
        validators=[validate_text],
        help_text=_("What they do there, such as bookkeeper."),
    )
    primary = models.BooleanField(_("Primary contact"), default=False)
    state = models.CharField(_("State"), max_length=8, choices=State, default=State.ACTIVE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )

    objects: ClassVar = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "client"], condition=Q(primary=True), name="contact_one_primary"
            ),
            models.UniqueConstraint(
                F("firm"),
                F("client"),
                Lower("email"),
                condition=~Q(email="") & Q(state="active"),
                name="contact_address_once",
                violation_error_message=_("This client already has a contact with this address."),
            ),
            models.UniqueConstraint(
                fields=["firm", "client", "user"],
                condition=Q(user__isnull=False),
                name="contact_one_per_portal_user",
            ),
            models.CheckConstraint(condition=Q(state__in=["active", "former"]), name="contact_state_known"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="contact_has_a_name"),
            models.CheckConstraint(
                condition=Q(primary=False) | Q(state="active"), name="contact_primary_is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether they still work there."""
        return self.state == self.State.ACTIVE
