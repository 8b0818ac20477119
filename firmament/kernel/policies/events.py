"""What changes who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership", "role_id": "policies.role"}
    sentence: ClassVar[Text] = _("gave the role {role}")

    membership_id: UUID
    role_id: UUID
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership", "role_id": "policies.role"}
    sentence: ClassVar[Text] = _("took away the role {role}")

    membership_id: UUID
    role_id: UUID
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCopied(Event):
    """A role of the firm's own, with the powers that the other one had at this moment."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"role_id": "policies.role"}
    sentence: ClassVar[Text] = _("made the role {name} as a copy of {copy_of}")

    role_id: UUID
    name: str
    copy_of: str
    clearance: str
    powers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(Changed):
    """What a role is called, how far it sees, and which powers it gained and lost."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"role_id": "policies.role"}
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = _("changed the role {name}")

    role_id: UUID
    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDeleted(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"role_id": "policies.role"}
    sentence: ClassVar[Text] = _("deleted the role {name}")

    role_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRestored(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"role_id": "policies.role"}
    sentence: ClassVar[Text] = _("brought back the role {name}")

    role_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInRolesRefreshed(Event):
    """A release brought new powers, and the built-in roles took them up."""

    category: ClassVar[Category] = Category.PERMISSIONS
    sentence: ClassVar[Text] = _("gave the built-in roles the powers of this release")

    added: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowersRenamed(Event):
    """A release calls some powers by other names; roles and tokens keep what they had."""

    category: ClassVar[Category] = Category.PERMISSIONS
    sentence: ClassVar[Text] = _("carried powers over to their new names: {renamed}")

    renamed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCreated(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[Text] = _("made the team {name}")

    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRenamed(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[Text] = _("renamed the team {before} to {name}")

    team_id: UUID
    before: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamArchived(Event):
    """Its members are still in it, and have nothing through it."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[Text] = _("archived the team {name}")

    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRestored(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[Text] = _("brought back the team {name}")

    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberAdded(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team", "membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"person"})
    sentence: ClassVar[Text] = _("put {person} in the team {team}")

    team_id: UUID
    membership_id: UUID
    team: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberRemoved(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"team_id": "policies.team", "membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"person"})
    sentence: ClassVar[Text] = _("took {person} out of the team {team}")

    team_id: UUID
    membership_id: UUID
    team: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalGranted(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"client_id": "clients.client", "grant_id": "policies.portalgrant"}
    sentence: ClassVar[Text] = _("let a person into the portal")

    grant_id: UUID
    user_id: UUID
    client_id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalScopesChanged(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"client_id": "clients.client", "grant_id": "policies.portalgrant"}
    sentence: ClassVar[Text] = _("changed what a person may do in the portal")

    grant_id: UUID
    user_id: UUID
    client_id: UUID
    scopes_before: tuple[str, ...]
    scopes_after: tuple[str, ...]
    expires_before: datetime | None
    expires_after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRevoked(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"client_id": "clients.client", "grant_id": "policies.portalgrant"}
    sentence: ClassVar[Text] = _("shut a person out of the portal")

    grant_id: UUID
    user_id: UUID
    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRaised(Event):
    """Aimed at the wall and not at the client: the client's timeline is read by people who may not see walls."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"wall_id": "policies.wall"}
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    sentence: ClassVar[Text] = _("raised an ethical wall")

    wall_id: UUID
    membership_id: UUID | None
    team_id: UUID | None
    client_id: UUID | None
    engagement_id: UUID | None
    reason: str
    review_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WallLifted(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"wall_id": "policies.wall"}
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    sentence: ClassVar[Text] = _("lifted an ethical wall")

    wall_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationAsked(Event):
    """Somebody asked why a person can, or cannot, do something; recorded by the page that answers."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    sentence: ClassVar[Text] = _("asked why a person can or cannot use “{power}”")

    power: str
    membership_id: UUID | None
    user_id: UUID | None
    object_kind: str
    object_id: UUID | None
    verdict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceAsked(Event):
    """Somebody asked who can see a thing; recorded by the page that answers."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"object_id": "{object_kind}"}
    sentence: ClassVar[Text] = _("asked who can use “{power}” on this")

    power: str
    object_kind: str
    object_id: UUID
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PowersLent(Event):
    """Somebody may do for a time what another may. `powers` are what was named; only what the lender holds counts."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {
        "delegation_id": "policies.delegation",
        "lender_id": "tenancy.membership",
        "borrower_id": "tenancy.membership",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"lender", "borrower", "reason"})
    sentence: ClassVar[Text] = _("lent powers of {lender} to {borrower}")

    delegation_id: UUID
    lender_id: UUID
    borrower_id: UUID
    lender: str
    borrower: str
    starts_at: datetime
    ends_at: datetime
    powers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowersTakenBack(Event):
    """Before their time was over."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {
        "delegation_id": "policies.delegation",
        "lender_id": "tenancy.membership",
        "borrower_id": "tenancy.membership",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"lender", "borrower"})
    sentence: ClassVar[Text] = _("took back what {lender} had lent to {borrower}")

    delegation_id: UUID
    lender_id: UUID
    borrower_id: UUID
    lender: str
    borrower: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WallReviewed(Event):
    """Somebody looked at a wall again, and it stands on."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"wall_id": "policies.wall"}
    personal: ClassVar[frozenset[str]] = frozenset({"note"})
    sentence: ClassVar[Text] = _("looked at an ethical wall again, which stands on")

    wall_id: UUID
    note: str
    before: date | None
    review_on: date | None
