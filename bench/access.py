"""Explaining, saying who can see a thing, and foreseeing a change, in a firm of many people.

`python -m bench.access [--people N] [--clients N] [--rounds N]`. Explained is every power that can be asked about a client, for people of each
role and a client's person, some behind walls, some with lent powers. Aim: an explanation in at most 20 ms at the 95th percentile.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.policies.actions import add_to_team, create_team, raise_wall, revoke_role
from firmament.kernel.policies.audience import audience_of
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.effects import foresee
from firmament.kernel.policies.explain import explain
from firmament.kernel.policies.lending import lend_powers, lendable_powers
from firmament.kernel.policies.models import Role
from firmament.kernel.policies.powers import BUILT_IN_ROLES, declarations
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import make_user
from firmament.lib.instant import now
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery

DATABASE = "firmament_bench_access"
AIM_MS = 20


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=200)
    arguments.add_argument("--clients", type=int, default=20_000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    prepare_template()
    with tempfile.TemporaryDirectory() as home:
        installation = Installation(name=DATABASE, home=Path(home))
        installation.open()
        try:
            point_at(DATABASE)
            firm = Firm.objects.get(slug="acme")
            with firm_transaction(firm.pk):
                owner = carlas_bakery().owner_id
                Client.objects.bulk_create(
                    (Client(name=f"Client {n}", owner_id=owner) for n in range(options.clients)),
                    batch_size=5000,
                )
            with cluster.superuser(DATABASE) as root:
                root.execute("VACUUM ANALYZE")
            with firm_transaction(firm.pk):
                rows = measured(options.people, options.rounds)
        finally:
            installation.close()
    show(
        "access",
        ("what", "times", "p50 ms", "p95 ms", "max ms"),
        rows,
        people=options.people,
        clients=options.clients,
    )
    return int(rows[0][3] > AIM_MS)


def measured(people: int, rounds: int) -> list[tuple[str, int, float, float, float]]:
    """Explanations; then who can see a client; then what two changes would do."""
    ada = staff_actor("ada@acme.example")
    crowd = hire(ada, people)
    client = carlas_bakery()
    asked = [declared for declared in declarations() if declared.prefix("clients.client") is not None]
    chosen = [crowd[n] for n in range(0, len(crowd), max(1, len(crowd) // 12))]
    one = Membership.objects.select_related("user").get(user__email="person0@acme.example")
    rows = [
        timed(
            "explain, one power on one client",
            [partial(explain, actor, declared.power, client) for declared in asked for actor in chosen]
            * rounds,
        ),
        timed("who can see a client", [lambda: audience_of("clients.view", client)] * rounds * 4),
        timed(
            "foresee a wall",
            [lambda: foresee(ada, lambda: raise_wall(ada, reason="x", membership=one, client_id=client.pk))]
            * rounds,
        ),
        timed(
            "foresee a role taken away",
            [lambda: foresee(ada, lambda: revoke_role(ada, one, Role.objects.get(code=staff_role(one))))]
            * rounds,
        ),
    ]
    assert Client.objects.count() > 1
    return rows


def staff_role(member: Membership) -> str:
    return authority_of(Actor.of_staff(member)).roles[0]


def hire(ada: Actor, people: int) -> list[Actor]:
    """People of each role, every third in a team, every fifth behind a wall, every seventh with powers lent to them."""
    codes = [code for code, _name, _clearance in BUILT_IN_ROLES if code != "firm_admin"]
    team = create_team(ada, name="Bench")
    client = carlas_bakery()
    lender = Membership.objects.select_related("user").get(user__email="alice@acme.example")
    alice = staff_actor("alice@acme.example")
    found = []
    for number in range(people):
        user = make_user(f"Person {number:04}", f"person{number}@acme.example")
        member = join_firm(user, role=codes[number % len(codes)])
        if number % 3 == 0:
            add_to_team(ada, team, member)
        if number % 5 == 4:
            raise_wall(ada, reason="x", membership=member, client_id=client.pk)
        if number % 7 == 6:
            lend_powers(
                alice,
                lender=lender,
                borrower=member,
                powers=lendable_powers(authority_of(alice)),
                starts_at=now(),
                ends_at=now() + timedelta(days=7),
                reason="x",
            )
        found.append(Actor.of_staff(member))
    return found


def timed(what: str, asked: Sequence[Callable[[], Any]]) -> tuple[str, int, float, float, float]:
    """Each asked as a request would: with nothing remembered."""
    times = []
    for ask in asked:
        forget_authority()
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    return what, len(times), percentile(times, 0.5), percentile(times, 0.95), max(times)


if __name__ == "__main__":
    sys.exit(main())
