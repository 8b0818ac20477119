"""This room's part of the demo firm: clients of three months, and their people."""

from collections.abc import Sequence
from random import Random

from firmament.kernel.identity.models import User
from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.actions import grant_portal
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at
from firmament.modules.clients.actions.archive import archive_client
from firmament.modules.clients.actions.clients import create_client, deactivate_client
from firmament.modules.clients.actions.contacts import add_contact, link_user
from firmament.modules.clients.models import Client, Contact

FIRST = (
    "Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Klara", "Leo", "Mia", "Noah",
)  # fmt: skip
LAST = (
    "Berg", "Castle", "Dorn", "Engel", "Fuchs", "Graf", "Holm", "Iversen", "Jansen", "Keller", "Lorenz", "Mayer",
)  # fmt: skip
TRADES = (
    "Bakery", "Joinery", "Logistics", "Dental Practice", "Winery", "Architects", "Print Works", "Garden Centre",
    "Software", "Hotel",
)  # fmt: skip
TOWNS = (
    ("Hamburg", "20457"), ("Bremen", "28195"), ("Kiel", "24103"), ("Lübeck", "23552"), ("Rostock", "18055"),
)  # fmt: skip
PORTAL = frozenset({
    Scope.DOCUMENTS_LIST, Scope.DOCUMENTS_DOWNLOAD, Scope.DOCUMENTS_UPLOAD, Scope.CONTACTS_READ,
    Scope.CONTACTS_UPDATE, Scope.ENGAGEMENTS_READ,
})  # fmt: skip


# The client that the demo's own client person acts for beside the first, so that the account switcher is seen.
SECOND_ACCOUNT = 3


def load(people: DemoFirm) -> None:
    """Clients in the order in which they came; every third has somebody in the portal."""
    dice = Random(20250101 + people.scale)
    owners = [
        member
        for member in people.members
        if not member.title.startswith(("Billing", "Auditor", "Assistant"))
    ]
    names = _names(people.scale, dice)
    for number, (kind, name, host) in enumerate(names):
        day = 90 - number * 60 // people.scale
        with at(people.moment(day, 9 + number % 7, number % 60)):
            client = _client(people, number, kind, name, dice, owners)
            contact = _contacts(people, client, host, number, dice)
            if number % 3 == 0:
                _portal(people, client, contact)
            if number == SECOND_ACCOUNT:
                _second_account(people, client)
            drain()
        _later(people, client, number)


def _names(count: int, dice: Random) -> list[tuple[str, str, str]]:
    """Kind, name and mail host; no two alike."""
    found: list[tuple[str, str, str]] = []
    pairs = [(last, trade) for trade in TRADES for last in LAST]
    dice.shuffle(pairs)
    for last, trade in pairs[:count]:
        person = len(found) % 11 == 10
        name = f"{dice.choice(FIRST)} {last}" if person else f"{last} {trade}"
        found.append(
            (
                "person" if person else "organisation",
                name,
                f"{last.lower()}-{trade.split()[0].lower()}.example",
            )
        )
    return found


def _client(
    people: DemoFirm, number: int, kind: str, name: str, dice: Random, owners: Sequence[Membership]
) -> Client:
    town, code = dice.choice(TOWNS)
    return create_client(
        people.partner,
        owner=owners[number % len(owners)],
        kind=kind,
        name=name,
        reference=f"C-{1001 + number}",
        vat_id="" if kind == "person" else f"DE{dice.randint(100_000_000, 999_999_999)}",
        address_line1=f"{dice.choice(LAST)}straße {dice.randint(1, 90)}",
        postal_code=code,
        city=town,
        country="DE",
    )


def _contacts(people: DemoFirm, client: Client, host: str, number: int, dice: Random) -> Contact:
    first, last = dice.choice(FIRST), host.split("-")[0].capitalize()
    contact = add_contact(
        people.manager,
        client,
        primary=True,
        name=f"{first} {last}",
        email=f"{first.lower()}.{number}@{host}",
        phone=f"+49 40 {dice.randint(100_000, 999_999)}",
        title="Owner",
    )
    if number % 4 == 1:
        add_contact(
            people.manager,
            client,
            name=f"{dice.choice(FIRST)} {dice.choice(LAST)}",
            email=f"office.{number}@{host}",
            title="Office",
        )
    return contact


def _portal(people: DemoFirm, client: Client, contact: Contact) -> None:
    user = User.objects.create_user(contact.email, contact.name, None, timezone="Europe/Berlin")
    grant_portal(people.partner, user=user, client_id=client.pk, scopes=PORTAL)
    link_user(people.partner, contact, user)


def _second_account(people: DemoFirm, client: Client) -> None:
    first = PortalGrant.objects.select_related("user").order_by("created_at", "pk")[0].user
    contact = add_contact(people.manager, client, name=first.name, email=first.email, title="Partner")
    grant_portal(people.partner, user=first, client_id=client.pk, scopes=PORTAL)
    link_user(people.partner, contact, first)


def _later(people: DemoFirm, client: Client, number: int) -> None:
    """A few went quiet, and one or two left for good."""
    if number % 20 == 19:
        with at(people.moment(12, 16)):
            deactivate_client(people.partner, client)
            drain()
    elif number % 40 == 38:
        with at(people.moment(10, 16)):
            archive_client(people.partner, client)
            drain()
