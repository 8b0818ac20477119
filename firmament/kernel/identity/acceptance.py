"""Accepting an invitation: the one moment at which a link is spent."""

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.actions import INVITATION
from firmament.kernel.identity.events import InvitationAccepted
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.identity.policies import ACCEPTING
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import grant_portal
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, TokenLookup
from firmament.kernel.tenancy.transaction import current_firm_id, firm_transaction
from firmament.lib.instant import now


class Fate(StrEnum):
    """What became of a link."""

    OPEN = "open"
    SPENT = "spent"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An invitation as its link shows it. `has_account`: the address is a user's already."""

    fate: Fate
    hash: str = ""
    firm: Firm | None = None
    email: str = ""
    name: str = ""
    staff: bool = False
    has_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Who an invited person says they are."""

    name: str
    password: str


class AlreadySpent(Exception):
    """Somebody was faster, or the link has ended since it was shown."""


def look_up(hash: str) -> Offer:
    """What the link stands for. Reads only: mail scanners open links."""
    lookup = TokenLookup.objects.select_related("firm").filter(pk=hash, kind=INVITATION).first()
    if lookup is None or lookup.firm.state in (Firm.State.CANCELED, Firm.State.SUSPENDED):
        return Offer(fate=Fate.UNKNOWN)
    with firm_transaction(lookup.firm.pk):
        invitation: Invitation | None = Invitation.objects.filter(token_hash=hash).first()
    if invitation is None:
        return Offer(fate=Fate.REPLACED, firm=lookup.firm)
    return Offer(
        fate=_fate(invitation),
        hash=hash,
        firm=lookup.firm,
        email=invitation.email,
        name=invitation.name,
        staff=invitation.domain == Invitation.Domain.STAFF,
        has_account=User.objects.filter(email=invitation.email).exists(),
    )


def accept(offer: Offer, person: User | NewPerson) -> User:
    """Spend the link and let the person in; all of it or nothing.

    `AlreadySpent` when the link is not open any more; ValidationError when the person cannot take this place.
    A user must be the one whose address was invited.
    """
    assert offer.firm is not None
    with firm_transaction(offer.firm.pk):
        user = person if isinstance(person, User) else _create(offer, person)
        open_ = Invitation.objects.pending().filter(token_hash=offer.hash, email=user.email)
        if not open_.update(accepted_at=now(), accepted_by_id=user.pk):
            raise AlreadySpent
        invitation: Invitation = Invitation.objects.get(token_hash=offer.hash)
        actor = _let_in(invitation, user)
        record(
            actor,
            InvitationAccepted(invitation_id=invitation.pk, client_id=invitation.client_id, user_id=user.pk),
        )
    return user


def _let_in(invitation: Invitation, user: User) -> Actor:
    if invitation.domain == Invitation.Domain.STAFF:
        return Actor.of_staff(join_firm(user, role=invitation.role_codes))
    standing = PortalGrant.objects.in_force(at=now()).filter(user=user, client_id=invitation.client_id)
    if not standing.exists():
        assert invitation.client_id is not None
        grant_portal(
            Actor.system(ACCEPTING), user=user, client_id=invitation.client_id, scopes=invitation.scopes
        )
    return Actor.of_client(user, current_firm_id())


def _create(offer: Offer, person: NewPerson) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(offer.email, person.name, person.password)
    except IntegrityError as error:
        raise ValidationError(
            _("This address has an account by now. Sign in to accept the invitation."), code="account"
        ) from error


def _fate(invitation: Invitation) -> Fate:
    if invitation.accepted_at:
        return Fate.SPENT
    if invitation.revoked_at:
        return Fate.REVOKED
    return Fate.EXPIRED if invitation.expires_at <= now() else Fate.OPEN
