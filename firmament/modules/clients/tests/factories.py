"""What tests of this room, and of those below it, begin with; made through the actions."""

from collections.abc import Callable
from itertools import count
from typing import Unpack

from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import grant_portal
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web.importing import bring
from firmament.modules.clients.actions.clients import ClientFields, create_client, deactivate_client
from firmament.modules.clients.actions.contacts import ContactFields, add_contact, link_user
from firmament.modules.clients.forms.importing import CLIENT_IMPORT
from firmament.modules.clients.models import Client, Contact

_serial = count(1)

CARLA_SCOPES = frozenset(
    {
        Scope.DOCUMENTS_LIST,
        Scope.DOCUMENTS_DOWNLOAD,
        Scope.DOCUMENTS_UPLOAD,
        Scope.CONTACTS_READ,
        Scope.CONTACTS_UPDATE,
    }
)


def make_client(actor: Actor, *, owner: Membership | None = None, **fields: Unpack[ClientFields]) -> Client:
    """A client; the actor is responsible unless `owner` says otherwise."""
    given: ClientFields = {"name": f"Client {next(_serial)}", **fields}
    return create_client(actor, owner=owner, **given)


def make_contact(
    actor: Actor, client: Client, *, primary: bool = False, **fields: Unpack[ContactFields]
) -> Contact:
    """Somebody at a client, with an address of their own."""
    number = next(_serial)
    given: ContactFields = {"name": f"Contact {number}", "email": f"contact{number}@client.example", **fields}
    return add_contact(actor, client, primary=primary, **given)


def make_portal_contact(
    actor: Actor, client: Client, user: User, *, scopes: frozenset[Scope] = CARLA_SCOPES
) -> PortalGrant:
    """A contact who can use the portal for the client."""
    contact = make_contact(actor, client, name=user.name, email=user.email)
    grant = grant_portal(actor, user=user, client_id=client.pk, scopes=scopes)
    link_user(actor, contact, user)
    return grant


def carlas_bakery() -> Client:
    """The client of Acme that Carla acts for."""
    return Client.objects.get(reference="CARLA")


def furnish() -> None:
    """Acme gets Carla's Bakery with Carla in the portal; Globex gets one client of its own."""
    with firm_transaction(Firm.objects.get(slug="acme").pk):
        alice = staff_actor("alice@acme.example")
        bakery = make_client(alice, name="Carla’s Bakery", reference="CARLA", email="hello@bakery.example")
        carla = make_user("Carla Client", "carla@client.example")
        make_portal_contact(alice, bakery, carla)
    with firm_transaction(Firm.objects.get(slug="globex").pk):
        gina = staff_actor("gina@globex.example")
        client = make_client(gina, name="Globex Holding", reference="HOLD")
        make_contact(gina, client, name="Hank Holding", email="hank@holding.example")


def _client(actor: Actor) -> dict[str, object]:
    return {"pk": carlas_bakery().pk}


def _contact(actor: Actor) -> dict[str, object]:
    return {"pk": Contact.objects.get(client=carlas_bakery()).pk}


def _import(actor: Actor) -> dict[str, object]:
    return {"pk": bring(actor, CLIENT_IMPORT, "clients.csv", b"Name\nOtter Ltd\n").pk}


def _with_step(
    example: Callable[[Actor], dict[str, object]], step: str
) -> Callable[[Actor], dict[str, object]]:
    return lambda actor: {**example(actor), "step": step}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "clients:client": _client,
    "clients:client_activity": _client,
    "clients:client_edit": _client,
    "clients:client_delete": _client,
    "clients:client_restore": _client,
    "clients:client_step": _with_step(_client, "deactivate"),
    "clients:contact_create": _client,
    "clients:contact_edit": _contact,
    "clients:contact_step": _with_step(_contact, "left"),
    "clients:import_one": _import,
    "clients_portal:contact_edit": _contact,
    "clients_portal:contact_create": _client,
}

API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/clients/": _client,
    "/clients/contacts/": _contact,
}


def _at_rest(actor: Actor) -> Client:
    client = make_client(actor)
    deactivate_client(actor, client)
    return client


STEP_EXAMPLES: dict[str, Callable[[Actor], tuple[Client, dict[str, object]]]] = {
    "clients.assign_owner": lambda actor: (make_client(actor), {"owner": "nobody"}),
    "clients.activate": lambda actor: (_at_rest(actor), {}),
    "clients.deactivate": lambda actor: (make_client(actor), {}),
}
