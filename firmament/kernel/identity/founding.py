"""How a firm begins: itself, its roles and its first admin, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Category, Event, Text
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.policies.provision import provision_roles
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmProfile, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFounded(Event):
    """The first line of a firm's ledger."""

    category: ClassVar[Category] = Category.CONFIGURATION
    sentence: ClassVar[Text] = _("founded the firm")

    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """A person became staff of the firm."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("took in {name} as {role}")

    membership_id: UUID
    name: str
    role: str


def found_firm(
    *, name: str, slug: str, admin: User, timezone: str = "UTC", locale: str = "en", currency: str = "EUR"
) -> Firm:
    """Make a firm with its built-in roles and its first admin; all of it or nothing."""
    pk = uuid7()
    with firm_transaction(pk):
        firm = Firm.objects.create(
            pk=pk, name=name, slug=slug, timezone=timezone, locale=locale, currency=currency
        )
        FirmProfile.objects.create(legal_name=name)
        provision_roles()
        record(Actor.system("identity.found_firm"), FirmFounded(slug=slug))
        join_firm(admin, role="firm_admin")
    return firm


def join_firm(user: User, *, role: str, title: str = "") -> Membership:
    """Take a person in as staff, by the house itself: at founding, in the demo and in tests.

    People are taken in by invitation, which checks the inviter's power.
    """
    membership = Membership.objects.create(user=user, title=title)
    RoleAssignment.objects.create(membership=membership, role=Role.objects.get(code=role))
    record(
        Actor.system("identity.join_firm"),
        MemberJoined(membership_id=membership.pk, name=user.name, role=role),
    )
    return membership
