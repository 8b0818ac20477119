"""Two firms and the people in them, made once in the template database.

Acme has Ada (firm admin), Alice (partner), Bob (staff with little power) and Carla (a client, once the clients
room has furnished its part). Globex has Greg (firm admin) and Gina (partner). A room adds what its tests
share by a function `furnish()` in its `tests/factories.py`.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from firmament.kernel.identity.founding import found_firm, join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.jobs import run_all_queued

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the test world."""

    key: str
    name: str
    role: str

    def email(self, firm: str) -> str:
        return f"{self.key}@{firm}.example"


FIRMS: dict[str, tuple[Person, ...]] = {
    "acme": (
        Person("ada", "Ada Admin", "firm_admin"),
        Person("alice", "Alice Partner", "partner"),
        Person("bob", "Bob Staff", "staff"),
    ),
    "globex": (
        Person("greg", "Greg Admin", "firm_admin"),
        Person("gina", "Gina Partner", "partner"),
    ),
}


def furnish() -> None:
    """Fill the template: kernel first, then each room in the order of the map."""
    for slug, people in FIRMS.items():
        admin, *others = people
        firm = found_firm(
            name=slug.capitalize(),
            slug=slug,
            timezone="Europe/Berlin",
            admin=make_user(admin.name, admin.email(slug)),
        )
        with firm_transaction(firm.pk):
            for person in others:
                join_firm(make_user(person.name, person.email(slug)), role=person.role)
    for config in apps.get_app_configs():
        name = f"{config.name}.tests.factories"
        if config.name.startswith("firmament.") and find_spec(f"{config.name}.tests") and find_spec(name):
            room = import_module(name)
            if hasattr(room, "furnish"):
                room.furnish()
    # What follows has happened, or every test that runs what is queued would run it once more.
    run_all_queued()


def make_user(name: str, email: str) -> User:
    """A person who can sign in with PASSWORD."""
    return User.objects.create_user(email, name, PASSWORD, timezone="Europe/Berlin")
