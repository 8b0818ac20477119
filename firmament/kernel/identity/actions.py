"""What can be done with invitations, members and API tokens of the firm at hand."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.events import (
    InvitationRevoked,
    InvitationSent,
    MembershipDeactivated,
    MembershipReactivated,
    TokenIssued,
    TokenRevoked,
)
from firmament.kernel.identity.links import invitation_token
from firmament.kernel.identity.models import ApiToken, Invitation, User
from firmament.kernel.identity.policies import Can
from firmament.kernel.identity.tokens import KIND, digest, new_secret
from firmament.kernel.ledger.record import record
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.actions import checked_scopes, plainly, require_grantable
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.holders import refuse_roles_of_both
from firmament.kernel.policies.models import PortalGrant, Role
from firmament.kernel.policies.powers import declarations
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership, TokenLookup
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.instant import now

INVITATION = "invitation"
INVITATION_LIFE = timedelta(days=14)
LINKS_REMEMBERED = timedelta(days=180)
TOKEN_LIFE_MAX = timedelta(days=366)


def invite(
    actor: Actor,
    *,
    email: str,
    name: str,
    domain: str,
    role_codes: Collection[str] = (),
    client_id: UUID | None = None,
    scopes: Collection[str] = (),
) -> Invitation:
    """Offer somebody a place: as staff with roles, or in the portal of one client with scopes.

    `domain` is "staff" or "client". An open invitation of the same address to the same place is made anew
    instead of doubled. ValidationError where the offer makes no sense; nobody offers what they lack.
    """
    invitation = Invitation(
        email=_address(email),
        name=name.strip(),
        domain=domain,
        role_codes=sorted(role_codes),
        client_id=client_id,
        scopes=checked_scopes(scopes) if domain == Invitation.Domain.CLIENT else [],
        inviter_id=actor.membership_id,
        expires_at=now() + INVITATION_LIFE,
    )
    _require_offer(actor, invitation)
    _refuse_pointless(invitation)
    open_one = _open_twin(invitation)
    if open_one is not None:
        open_one.role_codes, open_one.scopes = invitation.role_codes, invitation.scopes
        open_one.name = invitation.name
        return _send_again(actor, open_one)
    _give_token(invitation)
    invitation.full_clean(exclude=["inviter"])
    invitation.save(force_insert=True)
    _record_sent(actor, invitation)
    return invitation


def resend_invitation(actor: Actor, invitation: Invitation) -> Invitation:
    """Send it again with a new link and a new end; the older link stops working."""
    _require_offer(actor, invitation)
    return _send_again(actor, invitation)


def revoke_invitation(actor: Actor, invitation: Invitation) -> None:
    """Take it back, at once. Doing it twice is one line in the ledger."""
    _require_offer(actor, invitation)
    open_ = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
    if not open_.update(revoked_at=now()):
        return
    record(
        actor,
        InvitationRevoked(
            invitation_id=invitation.pk, client_id=invitation.client_id, email=invitation.email
        ),
    )


def deactivate_membership(
    actor: Actor, membership: Membership, *, reassign_to: Membership | None = None
) -> None:
    """End a member's access at once: pages, jobs, tokens. What they owned follows to `reassign_to`, room by room.

    ValidationError for the last active administrator, for oneself, and where the successor is not active.
    """
    require(actor, Can.DEACTIVATE_PEOPLE, membership)
    if membership.pk == actor.membership_id:
        raise ValidationError(_("You cannot deactivate yourself."), code="oneself")
    if reassign_to is not None and (
        reassign_to.pk == membership.pk or reassign_to.state != Membership.State.ACTIVE
    ):
        raise ValidationError(_("Choose somebody else who is active to take over."), code="successor")
    with plainly():
        active = Membership.objects.filter(pk=membership.pk, state=Membership.State.ACTIVE)
        if not active.update(state=Membership.State.DEACTIVATED, deactivated_at=now()):
            return
        _end_tokens_of(membership)
        record(
            actor,
            MembershipDeactivated(
                membership_id=membership.pk,
                user_id=membership.user_id,
                reassign_to=reassign_to.pk if reassign_to else None,
                name=membership.user.name,
            ),
        )
    membership.refresh_from_db()


def reactivate_membership(actor: Actor, membership: Membership) -> None:
    """Let a member back in with the roles they had. Their API tokens stay revoked."""
    require(actor, Can.DEACTIVATE_PEOPLE, membership)
    with plainly():
        gone = Membership.objects.filter(pk=membership.pk, state=Membership.State.DEACTIVATED)
        if not gone.update(state=Membership.State.ACTIVE, deactivated_at=None):
            return
        record(actor, MembershipReactivated(membership_id=membership.pk, name=membership.user.name))
    membership.refresh_from_db()


def issue_token(
    actor: Actor, *, name: str, scopes: Collection[str], expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """A key for a program of one's own; the second value is the secret, shown now and never again.

    Scopes are a power ("clients.view"), a room's reading ("clients.read") or all of a room ("clients.*").
    """
    require(actor, Can.ISSUE_TOKENS)
    if actor.membership_id is None:
        raise ValidationError(_("Only a member of the firm can make a token."), code="maker")
    if expires_at is not None and not now() < expires_at <= now() + TOKEN_LIFE_MAX:
        raise ValidationError({"expires_at": _("Choose a day within the next year.")}, code="expires_at")
    secret = new_secret()
    token = ApiToken(
        name=name.strip(),
        scopes=_token_scopes(scopes),
        maker_id=actor.membership_id,
        token_hash=digest(secret),
        hint=secret[-4:],
        expires_at=expires_at,
    )
    token.full_clean(exclude=["maker", "expires_at", "last_used_at", "revoked_at"])
    token.save(force_insert=True)
    TokenLookup.objects.create(
        hash=token.token_hash, firm_id=current_firm_id(), kind=KIND, expires_at=expires_at
    )
    record(
        actor,
        TokenIssued(token_id=token.pk, name=token.name, scopes=tuple(token.scopes), expires_at=expires_at),
    )
    return token, secret


def revoke_token(actor: Actor, token: ApiToken) -> None:
    """Refuse the token from the very next request on. Doing it twice is one line in the ledger."""
    require(actor, Can.REVOKE_TOKENS, token)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now()):
        return
    TokenLookup.objects.filter(pk=token.token_hash).delete()
    record(actor, TokenRevoked(token_id=token.pk, name=token.name))


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError({"email": _("This is not an e-mail address.")}, code="email") from error
    return address


def _require_offer(actor: Actor, invitation: Invitation) -> None:
    """Who may make an offer may take it back too."""
    if invitation.domain == Invitation.Domain.CLIENT:
        if invitation.client_id is None:
            raise ValidationError(_("Say for which client."), code="client")
        grant = PortalGrant(client_id=invitation.client_id, scopes=invitation.scopes)
        require(actor, kernel_powers.Can.MANAGE_PORTAL, grant)
        return
    require(actor, Can.INVITE_PEOPLE)
    roles = list(Role.objects.standing().filter(code__in=invitation.role_codes))
    if not roles or len(roles) != len(invitation.role_codes):
        raise ValidationError({"role_codes": _("Choose at least one role.")}, code="roles")
    require_grantable(actor, roles)
    refuse_roles_of_both(roles)


def _refuse_pointless(invitation: Invitation) -> None:
    """Say at once what could never be accepted."""
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        return
    member = Membership.objects.filter(user=user, state=Membership.State.ACTIVE).exists()
    grants = PortalGrant.objects.in_force(at=now()).filter(user=user)
    if invitation.domain == Invitation.Domain.STAFF and member:
        raise ValidationError({"email": _("This person is a member of the firm already.")}, code="member")
    if member or (invitation.domain == Invitation.Domain.STAFF and grants.exists()):
        raise ValidationError(
            {"email": _("A person is either staff of the firm or a client's portal user, never both.")},
            code="domains",
        )
    if grants.filter(client_id=invitation.client_id).exists():
        raise ValidationError(
            {"email": _("This person can already use the portal for this client.")}, code="granted"
        )


def _open_twin(invitation: Invitation) -> Invitation | None:
    twin: Invitation | None = (
        Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
        .filter(email=invitation.email, domain=invitation.domain, client_id=invitation.client_id)
        .first()
    )
    return twin


def _send_again(actor: Actor, invitation: Invitation) -> Invitation:
    invitation.generation += 1
    invitation.expires_at = now() + INVITATION_LIFE
    _give_token(invitation)
    fields = ("name", "role_codes", "scopes", "generation", "expires_at", "token_hash")
    open_ = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
    if not open_.update(**{field: getattr(invitation, field) for field in fields}):
        raise ValidationError(_("This invitation has ended already. Make a new one."), code="ended")
    _record_sent(actor, invitation)
    return invitation


def _give_token(invitation: Invitation) -> None:
    invitation.token_hash = digest(invitation_token(invitation.pk, invitation.generation))
    TokenLookup.objects.create(
        hash=invitation.token_hash,
        firm_id=current_firm_id(),
        kind=INVITATION,
        # Known well beyond its end, so that an old link can still say what became of it.
        expires_at=invitation.expires_at + LINKS_REMEMBERED,
    )


def _record_sent(actor: Actor, invitation: Invitation) -> None:
    record(
        actor,
        InvitationSent(
            invitation_id=invitation.pk,
            generation=invitation.generation,
            client_id=invitation.client_id,
            email=invitation.email,
            name=invitation.name,
            offered=tuple(invitation.role_codes or invitation.scopes),
        ),
    )


def _end_tokens_of(membership: Membership) -> None:
    live = ApiToken.objects.filter(maker=membership, revoked_at__isnull=True)
    TokenLookup.objects.filter(pk__in=list(live.values_list("token_hash", flat=True))).delete()
    live.update(revoked_at=now())


def _token_scopes(scopes: Collection[str]) -> list[str]:
    known = {declared.power for declared in declarations()}
    rooms = {declared.room for declared in declarations()}
    known |= {f"{room}.read" for room in rooms} | {f"{room}.*" for room in rooms}
    if not scopes or set(scopes) - known:
        raise ValidationError({"scopes": _("Choose at least one thing this token may do.")}, code="scopes")
    return sorted(set(scopes))
