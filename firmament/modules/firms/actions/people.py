"""What is done to a colleague's place in the firm."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import assign_role, plainly, revoke_role
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.firms.events import MemberChanged
from firmament.modules.firms.policies import Can


def set_roles(actor: Actor, membership: Membership, roles: Collection[Role]) -> None:
    """Bring a member's roles to exactly these; each one given or taken is an event of its own.

    Given first, taken afterwards, and looked at as one change: an administrator who changes sides is never the last one in
    between, nor does anybody hold two powers that are kept apart for as long as that takes.
    ValidationError where it would take away the firm's last active administrator; Denied for roles that carry more
    than the actor has.
    """
    held = {
        assignment.role_id: assignment.role
        for assignment in RoleAssignment.objects.filter(membership=membership).select_related("role")
    }
    wanted = {role.pk: role for role in roles}
    with plainly():
        for pk in wanted.keys() - held.keys():
            assign_role(actor, membership, wanted[pk])
        for pk in held.keys() - wanted.keys():
            revoke_role(actor, membership, held[pk])


def set_title(actor: Actor, membership: Membership, *, title: str) -> None:
    """Write down what a colleague is called in the firm. The same again changes nothing."""
    require(actor, Can.CHANGE_PEOPLE, membership)
    after = title.strip()
    before = membership.title
    if before == after:
        return
    Membership.objects.filter(pk=membership.pk).update(title=after)
    membership.title = after
    changes = (Change(field=_("Job title"), before=before, after=after),)
    record(actor, MemberChanged(membership_id=membership.pk, changes=changes))
