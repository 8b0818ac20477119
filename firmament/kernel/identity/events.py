"""What happened to people, their ways in, and their invitations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.models import Look
from firmament.kernel.ledger.events import Category, Event, Outcome, Text, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFounded(Event):
    """The first line of a firm's ledger."""

    category: ClassVar[Category] = Category.CONFIGURATION
    sentence: ClassVar[Text] = _("founded the firm")

    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """A person became staff of the firm, or came back."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("took in {name} as {roles}")

    membership_id: UUID
    user_id: UUID
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipDeactivated(Event):
    """A member left. `reassign_to` takes over what they owned: each room moves its own, following this event."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("deactivated {name}")

    membership_id: UUID
    user_id: UUID
    reassign_to: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipReactivated(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("reactivated {name}")

    membership_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent(Event):
    """An invitation was made, or made anew so that its link changed; the mail follows."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {
        "invitation_id": "identity.invitation",
        "client_id": "clients.client",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"email", "name"})
    sentence: ClassVar[Text] = _("invited {name} ({email})")

    invitation_id: UUID
    generation: int
    client_id: UUID | None
    email: str
    name: str
    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {
        "invitation_id": "identity.invitation",
        "client_id": "clients.client",
    }
    sentence: ClassVar[Text] = _("accepted an invitation")

    invitation_id: UUID
    client_id: UUID | None
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {
        "invitation_id": "identity.invitation",
        "client_id": "clients.client",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"email"})
    sentence: ClassVar[Text] = _("took back the invitation of {email}")

    invitation_id: UUID
    client_id: UUID | None
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"token_id": "identity.apitoken"}
    sentence: ClassVar[Text] = _("issued the API token {name}")

    token_id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"token_id": "identity.apitoken"}
    sentence: ClassVar[Text] = _("revoked the API token {name}")

    token_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    personal: ClassVar[frozenset[str]] = frozenset({"ip_prefix"})
    sentence: ClassVar[Text] = _("signed in from {ip_prefix}")

    user_id: UUID
    ip_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInThrottled(Event):
    """Somebody tried passwords for this person faster than we allow."""

    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    personal: ClassVar[frozenset[str]] = frozenset({"ip_prefix"})
    ends_as: ClassVar[Outcome] = Outcome.DENIED
    sentence: ClassVar[Text] = _("noticed too many sign-in attempts for a person, from {ip_prefix}")

    user_id: UUID
    ip_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    personal: ClassVar[frozenset[str]] = frozenset({"ip_prefix"})
    sentence: ClassVar[Text] = _("changed their password")

    user_id: UUID
    ip_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Event):
    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    personal: ClassVar[frozenset[str]] = frozenset({"before", "after"})
    sentence: ClassVar[Text] = _("changed their e-mail address")

    user_id: UUID
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(Event):
    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    sentence: ClassVar[Text] = _("ended sessions of theirs: {count}")

    user_id: UUID
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBegun(Event):
    """A member begins to look at the firm as somebody else sees it; it is over at `ends_at` at the latest.

    `membership_id` is the person seen, where they are staff, and `person_id` in either case.
    """

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {
        "look_id": "identity.look",
        "membership_id": "tenancy.membership",
        "person_id": "identity.user",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"person", "reason"})
    sentence: ClassVar[Text] = _("began to see Firmament as {person} sees it: {reason}")

    look_id: UUID
    membership_id: UUID | None
    person_id: UUID
    person: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LookEnded(Event):
    """They no longer look. `how` is one of the endings of a look."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {
        "look_id": "identity.look",
        "membership_id": "tenancy.membership",
        "person_id": "identity.user",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"person"})
    sentence: ClassVar[Text] = _("no longer sees Firmament as {person} ({how})")
    told: ClassVar[Told] = {"how": Look.How}

    look_id: UUID
    membership_id: UUID | None
    person_id: UUID
    person: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeenAs(Event):
    """A page was looked at as somebody else sees it. `page` is the name of its address, `path` where it is.

    Not aimed at the membership: what is done to somebody's access would be lost among pages.
    """

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {
        "look_id": "identity.look",
        "person_id": "identity.user",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"person"})
    sentence: ClassVar[Text] = _("looked at “{page}” as {person} sees it")

    look_id: UUID
    membership_id: UUID | None
    person_id: UUID
    person: str
    page: str
    path: str
