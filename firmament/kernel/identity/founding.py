"""How a firm begins, and how a person comes to belong to one."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.events import FirmFounded, MemberJoined
from firmament.kernel.identity.models import User
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import plainly
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.policies.powers import FIRM_ADMIN
from firmament.kernel.policies.provision import provision_roles
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmProfile, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.ids import uuid7


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
        join_firm(admin, role=FIRM_ADMIN)
    return firm


def join_firm(user: User, *, role: str | Sequence[str], title: str = "") -> Membership:
    """Take a person in as staff, by the house itself: at founding, in the demo, and when an invitation is accepted.

    Somebody who left comes back with exactly these roles. ValidationError if they are a client's portal user.
    """
    codes = [role] if isinstance(role, str) else sorted(role)
    roles = list(Role.objects.standing().filter(code__in=codes))
    if len(roles) != len(set(codes)):
        raise ValidationError(_("A role of this offer does not exist any more."), code="roles")
    with plainly():
        membership, _made = Membership.objects.get_or_create(user=user, defaults={"title": title})
        if membership.state == Membership.State.DEACTIVATED:
            RoleAssignment.objects.filter(membership=membership).delete()
            Membership.objects.filter(pk=membership.pk).update(
                state=Membership.State.ACTIVE, deactivated_at=None
            )
            membership.refresh_from_db()
        for each in roles:
            RoleAssignment.objects.get_or_create(membership=membership, role=each)
    membership.user = user
    record(
        Actor.system("identity.join_firm"),
        MemberJoined(membership_id=membership.pk, user_id=user.pk, name=user.name, roles=tuple(codes)),
    )
    return membership
