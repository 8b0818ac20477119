"""People, invitations and tokens for tests."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from firmament.kernel.identity.actions import invite
from firmament.kernel.identity.links import invitation_token
from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

PASSWORD = "correct horse battery staple"


def make_user(email: str = "zoe@client.example", name: str = "Zoe", password: str = PASSWORD) -> User:
    """Somebody with an account and no firm."""
    return User.objects.create_user(email, name, password)


def make_staff_invitation(actor: Actor, **details: Any) -> Invitation:
    """An open invitation to work in the firm at hand."""
    given = {
        "email": "nora@acme.example",
        "name": "Nora",
        "domain": "staff",
        "role_codes": ["staff"],
        **details,
    }
    return invite(actor, **given)


def some_client_id() -> UUID:
    """A client of the firm at hand: the one for whom Carla may use the portal."""
    client_id: UUID = PortalGrant.objects.values_list("client_id", flat=True)[0]
    return client_id


def make_client_invitation(actor: Actor, client_id: UUID | None = None, **details: Any) -> Invitation:
    """An open invitation to the portal of one client."""
    given = {
        "email": "carl@client.example",
        "name": "Carl",
        "domain": "client",
        "client_id": client_id or some_client_id(),
        "scopes": ["documents.list", "documents.upload"],
        **details,
    }
    return invite(actor, **given)


def link_of(invitation: Invitation) -> str:
    """The path of its link, as the mail carries it."""
    return f"/accounts/invitation/{invitation_token(invitation.pk, invitation.generation)}/"


def expire(invitation: Invitation) -> None:
    """Let its time be over."""
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now() - timedelta(minutes=1))
