"""Links that let somebody in. None is stored: each is made from ids and the installation's secret key."""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.messages.secrets import register_secret, secret

NEW_ADDRESS_SALT = "identity.new_address"
NEW_ADDRESS_AGE = 24 * 60 * 60


def invitation_token(invitation_id: UUID, generation: int) -> str:
    """43 characters that only this installation can make; a new generation is a new token."""
    mac = salted_hmac("identity.invitation", f"{invitation_id}:{generation}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def invitation_secret(invitation: Invitation) -> dict[str, str]:
    """The place in a letter where the link of this invitation will stand."""
    return secret(
        "identity.invitation_link",
        invitation_id=str(invitation.pk),
        generation=str(invitation.generation),
    )


def new_address_token(user: User, email: str) -> str:
    """Says who changes from which address to which; void once the present address is another."""
    return signing.dumps([str(user.pk), user.email, email], salt=NEW_ADDRESS_SALT)


def read_new_address(token: str) -> tuple[UUID, str, str] | None:
    """The person, the address they had and the one they want; None when the link is old or not ours."""
    try:
        pk, before, after = signing.loads(token, salt=NEW_ADDRESS_SALT, max_age=NEW_ADDRESS_AGE)
        return UUID(pk), before, after
    except (signing.BadSignature, ValueError, TypeError):
        return None


def register_links() -> None:
    """Tell messages who makes which secret; when the process starts."""
    register_secret("identity.invitation_link", _invitation_link)
    register_secret("identity.reset_link", _reset_link)
    register_secret("identity.new_address_link", _new_address_link)


def _invitation_link(place: Mapping[str, Any]) -> str:
    token = invitation_token(UUID(place["invitation_id"]), int(place["generation"]))
    return settings.PUBLIC_URL + reverse("identity_invitation", args=[token])


def _reset_link(place: Mapping[str, Any]) -> str:
    user = User.objects.get(pk=place["user_id"])
    arguments = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=arguments)


def _new_address_link(place: Mapping[str, Any]) -> str:
    user = User.objects.get(pk=place["user_id"])
    return settings.PUBLIC_URL + reverse(
        "identity_new_address", args=[new_address_token(user, place["email"])]
    )
