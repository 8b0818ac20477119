"""What a rule costs a list: fifty rows of a million by `visible`, beside the same rows by a filter written by hand.

`python -m bench.visible [--rows N] [--rounds N] [--plans]`. Clients, snippets and requests, so many of each; asked in turns, with what
the person holds read already, as it is in a request. Aim: at most 1.1 times as long, at the median. `--plans` prints the plan of every
list that misses it. Ends with 1 where one does.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.policies.actions import add_to_team, create_team, grant_portal, raise_wall
from firmament.kernel.policies.decide import visible
from firmament.kernel.policies.models import Team
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.modules.clients.models import Client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.snippets.models import Snippet, SnippetGrant

DATABASE = "firmament_bench_visible"
AIM = 1.1
WALLS = 20
TEAMS = 20
OF_ONE_CLIENT = 500
PAGE = 50


@dataclass(frozen=True)
class List:
    """A list as somebody asks for it, and the filter somebody would write by hand, made anew each time as in a view."""

    who: str
    model: type[models.Model]
    actor: Actor
    plain: Callable[[], Q]
    order: tuple[str, ...]

    def ruled(self) -> Any:
        view = self.model.view_power  # type: ignore[attr-defined]
        return self._page(visible(self.actor, view, self.model))

    def written(self) -> Any:
        return self._page(self.plain())

    def _page(self, condition: Q) -> Any:
        return self.model._default_manager.filter(condition).order_by(*self.order)[:PAGE]


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--plans", action="store_true")
    options = arguments.parse_args()
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    acme = Firm.objects.get(slug="acme")
    with firm_transaction(acme.pk):
        teams = [create_team(staff_actor("ada@acme.example"), name=f"Team {n}").pk for n in range(TEAMS)]
        owner = staff_actor("alice@acme.example").membership_id
    assert owner is not None
    with cluster.superuser(DATABASE) as root:
        fill(root, acme.pk, owner, teams, options.rows)
    with firm_transaction(acme.pk):
        asked = lists(teams)
        rows = [compare(one, options.rounds) for one in asked]
        for one, row in zip(asked, rows, strict=True):
            if options.plans and row[-1] > AIM:
                sys.stderr.write(f"\n{one.who}\n{one.ruled().explain(analyze=True, buffers=True)}\n")
    show(
        "visible",
        ("list", "by hand p50 ms", "visible p50 ms", "visible p95 ms", "times"),
        rows,
        each=options.rows,
        rounds=options.rounds,
        aim=AIM,
    )
    return int(any(row[-1] > AIM for row in rows))


def fill(root: Any, firm: UUID, owner: UUID, teams: list[UUID], rows: int) -> None:
    """Rows by SQL, without their triggers: what is measured is how they are read."""
    root.execute("SET session_replication_role = replica")
    common = {"owner": f"'{owner}'::uuid", "requested_by": f"'{owner}'::uuid"}
    insert(
        root,
        Client,
        firm,
        rows,
        common
        | {
            "name": "'Client ' || md5(n::text)",
            "reference": "'R' || n",
            "kind": "'organisation'",
            "state": "'active'",
        },
    )
    array = "ARRAY[" + ", ".join(f"'{team}'::uuid" for team in teams) + "]"
    insert(
        root,
        Snippet,
        firm,
        rows,
        common
        | {
            "key": "'k' || n",
            "contexts": "'{email}'",
            "title": "md5(n::text)",
            "state": "'draft'",
            "reach": "(ARRAY['firm','team','private'])[1 + n % 3]",
            "team": f"CASE WHEN n % 3 = 1 THEN ({array})[1 + n % {len(teams)}] END",
        },
    )
    root.execute(
        "CREATE TEMP TABLE chosen AS SELECT id, row_number() OVER (ORDER BY id) AS k FROM clients_client"
        f" WHERE firm_id = '{firm}'"
    )
    root.execute("CREATE UNIQUE INDEX ON chosen (k); ANALYZE chosen")
    insert(
        root,
        DocumentRequest,
        firm,
        rows,
        common
        | {
            "client": f"(SELECT id FROM chosen WHERE k = 1 + n / {OF_ONE_CLIENT})",
            "title": "'Papers ' || n",
            "state": "'sent'",
            "sent_at": "now() - n * interval '1 second'",
            "created_at": "now() - n * interval '1 second'",
        },
    )
    root.execute("SET session_replication_role = origin")
    root.execute("VACUUM ANALYZE clients_client, snippets_snippet, documents_documentrequest")


def insert(root: Any, model: type[models.Model], firm: UUID, rows: int, given: dict[str, str]) -> None:
    fields = [one for one in model._meta.local_concrete_fields if not getattr(one, "generated", False)]
    values = ["uuidv7()" if one.primary_key else given.get(one.name) or empty(one, firm) for one in fields]
    root.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(one.column for one in fields)})"
        f" SELECT {', '.join(values)} FROM generate_series(1, {rows}) AS n"
    )


def empty(one: Any, firm: UUID) -> str:
    """What stands in a column that no list here reads."""
    if one.name == "firm":
        return f"'{firm}'::uuid"
    if one.null:
        return "NULL"
    match one:
        case models.BooleanField():
            return "false"
        case models.DateTimeField():
            return "now()"
        case models.DateField():
            return "current_date"
        case models.IntegerField():
            return "0"
        case models.JSONField():
            return "'{}'"
        case _:
            return (
                "'{}'"
                if one.get_internal_type() == "ArrayField"
                else "'" + str(one.get_default() or "") + "'"
            )


def lists(teams: list[UUID]) -> list[List]:
    """As a partner, as staff in two teams, behind twenty walls, and as a client's person."""
    ada, alice = staff_actor("ada@acme.example"), staff_actor("alice@acme.example")
    bob = staff_actor("bob@acme.example")
    member = Membership.objects.get(pk=bob.membership_id)
    for team in member_teams(teams):
        add_to_team(ada, team, member)
    walled = join_firm(make_user("Wanda", "wanda@acme.example"), role="staff")
    # The first of the list, or no wall would ever be met.
    first = list(Client.objects.order_by("name_folded", "id").values_list("pk", flat=True)[:WALLS])
    for client_id in first:
        raise_wall(ada, membership=walled, client_id=client_id, reason="x")
    theirs = DocumentRequest.objects.order_by("pk")[:1].get().client_id
    cleo = make_user("Cleo", "cleo@client.example")
    grant = grant_portal(alice, user=cleo, client_id=theirs, scopes=list(Scope))
    by_name, by_title = ("name_folded", "id"), ("title", "id")
    return [
        List("clients, a partner", Client, alice, lambda: Q(deleted_at=None), by_name),
        List(
            "clients, behind 20 walls",
            Client,
            staff_actor("wanda@acme.example"),
            lambda: Q(deleted_at=None) & ~Q(pk__in=first),
            by_name,
        ),
        List(
            "snippets, a partner",
            Snippet,
            alice,
            lambda: Q(owner_id=alice.membership_id) | Q(reach="firm") | shared_with(alice, []),
            by_title,
        ),
        List(
            "snippets, staff in two teams",
            Snippet,
            bob,
            lambda: (
                Q(owner_id=bob.membership_id)
                | Q(reach="firm")
                | Q(team__in=teams[:2])
                | shared_with(bob, teams[:2])
            ),
            by_title,
        ),
        List(
            "requests, a partner",
            DocumentRequest,
            alice,
            lambda: Q(client__deleted_at=None),
            ("state", "due_on", "id"),
        ),
        List(
            "requests, a client’s person",
            DocumentRequest,
            Actor.of_client(cleo, grant.firm_id),
            lambda: Q(client_id=theirs, sent_at__isnull=False, client__deleted_at=None),
            ("-created_at",),
        ),
    ]


def shared_with(actor: Actor, teams: list[UUID]) -> Q:
    """What was shared with somebody by name, or with their teams; nothing is, and a list has to look all the same."""
    mine = SnippetGrant.objects.filter(Q(membership_id=actor.membership_id) | Q(team_id__in=teams))
    return Q(pk__in=mine.values("snippet_id"))


def member_teams(teams: list[UUID]) -> list[Any]:
    return list(Team.objects.filter(pk__in=teams[:2]))


def compare(one: List, rounds: int) -> tuple[str, float, float, float, float]:
    """Both in turns, whole: the condition made, the query written, the rows read."""
    ways: dict[str, Callable[[], Any]] = {"hand": one.written, "rule": one.ruled}
    times: dict[str, list[float]] = {name: [] for name in ways}
    assert [row.pk for row in one.written()] == [row.pk for row in one.ruled()], one.who
    for number in range(rounds + 10):
        for name in ways if number % 2 else reversed(ways):
            began = time.perf_counter()
            found = list(ways[name]())
            took = (time.perf_counter() - began) * 1000
            assert found
            if number >= 10:
                times[name].append(took)
    hand, rule = statistics.median(times["hand"]), statistics.median(times["rule"])
    return one.who, hand, rule, percentile(times["rule"], 0.95), rule / hand


if __name__ == "__main__":
    sys.exit(main())
