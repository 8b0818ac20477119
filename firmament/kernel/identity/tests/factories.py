"""People, invitations and tokens for tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from firmament.kernel.identity.actions import invite
from firmament.kernel.identity.links import invitation_token, new_address_token
from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.ids import uuid7
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


# For the leak sweep: what each address takes, as something of the actor's own firm.
EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "identity_end_session": lambda actor: {"session_id": uuid7()},
    "identity_invitation": lambda actor: {"token": link_of(make_staff_invitation(actor)).split("/")[-2]},
    "identity_new_address": lambda actor: {
        "token": new_address_token(User.objects.get(pk=actor.user_id), "new@client.example")
    },
    "account_reset_password_from_key": lambda actor: {"uidb36": "1", "key": "set-password"},
}
