"""What a client's person may be granted for one client, and how confidential a thing is."""

from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Scope(StrEnum):
    """One thing a portal grant allows, for the client it names and no other."""

    MESSAGES_READ = "messages.read"
    MESSAGES_SEND = "messages.send"
    DOCUMENTS_LIST = "documents.list"
    DOCUMENTS_DOWNLOAD = "documents.download"
    DOCUMENTS_UPLOAD = "documents.upload"
    APPOINTMENTS_BOOK = "appointments.book"
    INVOICES_READ = "invoices.read"
    INVOICES_PAY = "invoices.pay"
    ENGAGEMENTS_READ = "engagements.read"
    ONBOARDING_USE = "onboarding.use"
    TICKETS_USE = "tickets.use"
    CONTACTS_READ = "contacts.read"
    CONTACTS_UPDATE = "contacts.update"


SCOPE_TITLES: dict[str, Promise] = {
    Scope.MESSAGES_READ: _("Read messages"),
    Scope.MESSAGES_SEND: _("Send messages"),
    Scope.DOCUMENTS_LIST: _("See document requests and documents"),
    Scope.DOCUMENTS_DOWNLOAD: _("Download documents"),
    Scope.DOCUMENTS_UPLOAD: _("Hand in documents"),
    Scope.APPOINTMENTS_BOOK: _("Book appointments"),
    Scope.INVOICES_READ: _("See invoices"),
    Scope.INVOICES_PAY: _("Pay invoices"),
    Scope.ENGAGEMENTS_READ: _("See engagements"),
    Scope.ONBOARDING_USE: _("Take part in onboarding"),
    Scope.TICKETS_USE: _("Ask for support"),
    Scope.CONTACTS_READ: _("See contacts"),
    Scope.CONTACTS_UPDATE: _("Change contacts"),
}


class Classification(models.TextChoices):
    """How far a thing may travel, from least to most guarded. The order here is the order of the cap."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    RESTRICTED = "restricted", _("Restricted")


# A client's person sees the client's own confidential papers, and never what the firm restricts.
CLIENT_CLEARANCE = Classification.CONFIDENTIAL


def up_to(clearance: str) -> frozenset[str]:
    """The classifications a clearance reaches; an unknown clearance reaches nothing."""
    levels = [str(level) for level in Classification.values]
    return frozenset(levels[: levels.index(clearance) + 1]) if clearance in levels else frozenset()


def higher(clearances: list[str]) -> str:
    """The highest of several clearances; "" when there is none."""
    levels = [str(level) for level in Classification.values]
    known = [level for level in levels if level in clearances]
    return known[-1] if known else ""
