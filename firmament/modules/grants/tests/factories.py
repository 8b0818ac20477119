"""Examples of this room's addresses; whom the portal is open for, the clients room has furnished."""

from collections.abc import Callable

from firmament.kernel.identity.actions import invite
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.tests.factories import carlas_bakery


def _client(actor: Actor) -> dict[str, object]:
    return {"pk": carlas_bakery().pk}


def _grant(actor: Actor) -> dict[str, object]:
    return {"pk": PortalGrant.objects.get(client_id=carlas_bakery().pk).pk}


def _invitation(actor: Actor) -> dict[str, object]:
    invitation = invite(
        actor,
        email="nora@client.example",
        name="Nora",
        domain="client",
        client_id=carlas_bakery().pk,
        scopes=[Scope.DOCUMENTS_LIST],
    )
    return {"pk": invitation.pk, "step": "resend"}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "grants:access": _client,
    "grants:invite": _client,
    "grants:invitation_step": _invitation,
    "grants:edit": _grant,
    "grants:revoke": _grant,
}
