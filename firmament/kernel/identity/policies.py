"""The powers over people and their ways in."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.powers import (
    EVERY_ROLE,
    MANAGER,
    PARTNER,
    Power,
    declare,
    declare_house,
    stands_open,
)
from firmament.kernel.policies.rules import any_of, has_role, owns


class Can(Power):
    INVITE_PEOPLE = "identity.invite_people"
    VIEW_INVITATIONS = "identity.view_invitations"
    DEACTIVATE_PEOPLE = "identity.deactivate_people"
    ISSUE_TOKENS = "identity.issue_tokens"
    VIEW_TOKENS = "identity.view_tokens"
    REVOKE_TOKENS = "identity.revoke_tokens"
    SEE_AS = "identity.see_as"
    VIEW_LOOKS = "identity.view_looks"


declare(
    Can.INVITE_PEOPLE,
    title=_("Invite people into the firm"),
    roles=(PARTNER,),
    sensitive=True,
    lendable=False,
)
declare(
    Can.VIEW_INVITATIONS,
    title=_("See who has been invited"),
    model="identity.Invitation",
    roles=(PARTNER, MANAGER),
)
declare(
    Can.DEACTIVATE_PEOPLE,
    title=_("Deactivate people of the firm, and reactivate them"),
    model="tenancy.Membership",
    sensitive=True,
    lendable=False,
)
declare(
    Can.ISSUE_TOKENS,
    title=_("Make API tokens of one's own"),
    roles=EVERY_ROLE,
    sensitive=True,
    lendable=False,
)
declare(
    Can.VIEW_TOKENS,
    title=_("See API tokens of others (one's own always)"),
    model="identity.ApiToken",
    staff=any_of(owns("maker_id"), has_role()),
)
declare(
    Can.REVOKE_TOKENS,
    title=_("Revoke API tokens of others (one's own always)"),
    model="identity.ApiToken",
    staff=any_of(owns("maker_id"), has_role()),
    sensitive=True,
)

declare(
    Can.SEE_AS,
    title=_("See Firmament as somebody else sees it, without changing anything"),
    sensitive=True,
    lendable=False,
)
declare(
    Can.VIEW_LOOKS,
    title=_("See who looked as whom (as oneself, and by oneself, always)"),
    model="identity.Look",
    staff=any_of(owns("member_id"), owns("looker_id"), has_role()),
    lendable=False,
)

# What was offered was asked for when the invitation was made; accepting it carries that out.
ACCEPTING = "identity.accept_invitation"
declare_house(ACCEPTING, [kernel_powers.Can.ASSIGN_ROLES, kernel_powers.Can.MANAGE_PORTAL])

stands_open(
    "identity.Look", reason="who looked as whom, and why; what was looked at stands behind walls of its own"
)
stands_open("identity.ApiToken", reason="a program's key; what it reaches is asked by its maker's powers")
