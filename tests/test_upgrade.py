"""A populated database of the release before, brought up to date by the real command.

The state before is reached by taking this release's migrations back, and by giving rows the names that release gave
them. Everything in the database stands committed, under the tenancy law, as on a live system.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, connections, transaction

from firmament.config.upgrade import pending
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.identity.models import ApiToken
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import allows
from firmament.kernel.policies.models import RolePower, Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.catalogue import violations
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close, point_at
from firmament.kernel.testing.fixtures import staff_actor
from firmament.modules.clients.models import Client
from firmament.modules.clients.reports import client_activity
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.actions.requests import draft_request
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.engagements.actions import complete_engagement, edit_engagement, start_engagement
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can
from firmament.modules.engagements.tests.factories import make_engagement

pytestmark = pytest.mark.cluster

NAME = f"firmament_before_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
ROOT = Path(__file__).resolve().parents[1]
TABLE = "SELECT oid, relfilenode FROM pg_class WHERE relname = 'clients_engagement'"

# What this release calls by another name, as the one before wrote it.
AS_IT_WAS = """
SET session_replication_role = replica;
UPDATE ledger_entry SET code = 'clients.' || split_part(code, '.', 2) WHERE code LIKE 'engagements.%';
UPDATE ledger_entrytarget SET kind = 'clients.engagement' WHERE kind = 'engagements.engagement';
UPDATE policies_rolepower SET power = CASE power
    WHEN 'engagements.view' THEN 'clients.view_engagements'
    ELSE 'clients.' || split_part(power, '.', 2) || '_engagement' END WHERE power LIKE 'engagements.%';
INSERT INTO policies_role (id, firm_id, code, name, built_in, clearance, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'caretaker', 'Caretaker', false, 'confidential', now(), now()
    FROM tenancy_firm WHERE slug = 'acme';
INSERT INTO policies_rolepower (id, firm_id, role_id, power, created_at, updated_at)
    SELECT gen_random_uuid(), firm_id, id, unnest(ARRAY['clients.view', 'clients.view_engagements',
    'clients.edit_engagement']), now(), now() FROM policies_role WHERE code = 'caretaker';
UPDATE policies_roleassignment SET role_id = (SELECT id FROM policies_role WHERE code = 'caretaker')
    WHERE membership_id = (SELECT m.id FROM tenancy_membership m JOIN identity_user u ON u.id = m.user_id
    WHERE u.email = 'bob@acme.example');
INSERT INTO policies_wall (id, firm_id, membership_id, engagement_id, reason, lifted_reason, created_at, updated_at)
    SELECT uuidv7(), firm_id, membership_id, engagement_id, 'Told again', '', now(), now()
    FROM policies_wall;
"""


@dataclass(frozen=True, slots=True)
class Before:
    """What stood in the database before it was upgraded, and what the upgrade said."""

    client: UUID
    work: UUID
    walled: UUID
    table: Any
    content_type: int
    environment: dict[str, str]
    said: str


@contextmanager
def pointed(blocker: Any) -> Iterator[None]:
    """Every alias speaks to the database of this file."""
    usual = connection.settings_dict["NAME"]
    with blocker.unblock():
        point_at(NAME)
        try:
            yield
        finally:
            point_at(usual)


def populate() -> tuple[UUID, UUID, UUID]:
    """A client with a request and two engagements, before one of which Bob finds a wall; a token that reads clients."""
    with firm_transaction(Firm.objects.get(slug="acme").pk):
        alice, bob = staff_actor("alice@acme.example"), staff_actor("bob@acme.example")
        client = make_client(alice, name="Oldest Ltd")
        work = make_engagement(alice, client, title="Old accounts")
        walled = make_engagement(alice, client, title="Hidden work", started=False)
        member = Membership.objects.get(pk=bob.membership_id)
        raise_wall(alice, membership=member, engagement_id=walled.pk, reason="Conflict")
        draft_request(
            alice, client.pk, title="Papers", due_on=work.created_at.date(), items=(), engagement_id=work.pk
        )
        issue_token(alice, name="Books", scopes=["clients.read"], expires_at=None)
        return client.pk, work.pk, walled.pk


def manage(environment: dict[str, str], *arguments: str) -> str:
    """A command of the installation, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def before(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Before]:
    home = tmp_path_factory.mktemp("home")
    urls = {
        key: value.replace(f"/{cluster.TEMPLATE}?", f"/{NAME}?")
        for key, value in os.environ.items()
        if key.endswith("DATABASE_URL")
    }
    environment = {**os.environ, **urls, "FIRMAMENT_HOME": str(home)}
    cluster.clone(cluster.TEMPLATE, NAME)
    with pointed(django_db_blocker):
        client, work, walled = populate()
    manage(environment, "migrate", "engagements", "zero", "--database", "owner")
    manage(environment, "migrate", "policies", "0003", "--database", "owner")
    with cluster.superuser(NAME) as root:
        root.execute(AS_IT_WAS)
        applied = root.execute("SELECT name FROM django_migrations WHERE app = 'clients' ORDER BY id DESC")
        assert applied.fetchone() == ("0003_grants_and_walls_point_at_clients",)
        table = root.execute(TABLE).fetchone()
        kept = root.execute(
            "SELECT id FROM django_content_type WHERE app_label = 'clients' AND model = 'engagement'"
        ).fetchone()
    assert kept is not None
    said = manage(environment, "upgrade")
    yield Before(client, work, walled, table, kept[0], environment, said)  # type: ignore[arg-type]
    close()
    cluster.drop(NAME)


@pytest.fixture
def upgraded(before: Before, django_db_blocker: Any) -> Iterator[Before]:
    """The database after it, in Acme; what a test does there is taken back."""
    with pointed(django_db_blocker), firm_transaction(Firm.objects.get(slug="acme").pk):
        yield before
        transaction.set_rollback(True)


@pytest.fixture
def alice(upgraded: Before) -> Actor:
    return staff_actor("alice@acme.example")


@pytest.fixture
def bob(upgraded: Before) -> Actor:
    """The caretaker: a role of the firm's own, which holds two powers by their old names."""
    return staff_actor("bob@acme.example")


def test_the_database_obeys_the_law_and_the_table_was_not_touched(upgraded: Before) -> None:
    assert "migrations to apply" in upgraded.said
    assert pending(connections["owner"]) == []
    assert violations(connections["owner"]) == []
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        assert cursor.fetchone() == upgraded.table


def test_a_second_upgrade_finds_nothing_to_do(before: Before) -> None:
    said = manage(before.environment, "upgrade")

    assert "The schema is up to date." in said
    assert "The tenancy law is in force." in said
    assert "brought up to date" not in said


def test_what_was_there_is_there_and_what_hung_on_it_still_does(upgraded: Before, alice: Actor) -> None:
    seen = {e.pk: (e.title, e.client.name, e.state) for e in Engagement.objects.visible_to(alice)}
    request = DocumentRequest.objects.select_related("engagement").get(title="Papers")

    assert seen[upgraded.work] == ("Old accounts", "Oldest Ltd", "active")
    assert seen[upgraded.walled] == ("Hidden work", "Oldest Ltd", "draft")
    assert request.engagement is not None and request.engagement.pk == upgraded.work


def test_a_role_of_the_firms_own_keeps_its_powers_and_gains_none(upgraded: Before, bob: Actor) -> None:
    work = Engagement.objects.select_related("client").get(pk=upgraded.work)
    edit_engagement(bob, work, title="Old accounts, mended")

    assert set(authority_of(bob).powers) == {"clients.view", "engagements.view", "engagements.edit"}
    assert not allows(bob, Can.REOPEN, work)
    assert not RolePower.objects.filter(power__contains="_engagement").exists()
    renamed = Entry.objects.get(code="policies.powers_renamed").payload["renamed"]
    assert "clients.edit_engagement → engagements.edit" in renamed


def test_built_in_roles_hold_what_they_held(upgraded: Before, alice: Actor) -> None:
    held = set(RolePower.objects.filter(role__code="read_only").values_list("power", flat=True))

    assert {str(power) for power in Can} <= set(authority_of(alice).powers)
    assert {power for power in held if power.startswith("engagements.")} == {"engagements.view"}


def test_a_token_reads_what_it_read_and_no_more(upgraded: Before) -> None:
    token = ApiToken.objects.get(name="Books")

    assert token.scopes == ["clients.read", "engagements.view"]


def test_the_wall_stands_in_lists_and_timelines(upgraded: Before, bob: Actor, alice: Actor) -> None:
    client = Client.objects.get(pk=upgraded.client)

    seen = set(Engagement.objects.visible_to(bob).filter(client=client).values_list("pk", flat=True))
    told = {row.sentence for row in client_activity(bob, client)}

    assert seen == {upgraded.work}
    assert "drafted the engagement Old accounts" in told
    assert not any("Hidden work" in sentence for sentence in told)
    assert "drafted the engagement Hidden work" in {row.sentence for row in client_activity(alice, client)}
    # The wall's key to the engagement is in force: a row it points at cannot go.
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=upgraded.walled).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Wall.objects.filter(engagement_id=upgraded.walled).exists()


def test_of_two_same_walls_the_older_stands_and_the_other_says_why_not(upgraded: Before) -> None:
    walls = Wall.objects.filter(engagement_id=upgraded.walled).order_by("created_at")

    assert [(wall.reason, wall.lifted_reason) for wall in walls] == [
        ("Conflict", ""),
        ("Told again", "The same wall stood already."),
    ]
    assert [wall.lifted_at is None for wall in walls] == [True, False]


def test_old_entries_read_well_and_new_ones_join_them(upgraded: Before, alice: Actor) -> None:
    work = Engagement.objects.select_related("client").get(pk=upgraded.work)
    complete_engagement(alice, work)

    rows = activity("engagements.engagement", upgraded.work)

    assert [(row.code, row.sentence) for row in rows] == [
        ("engagements.engagement_completed", "completed the engagement Old accounts"),
        ("clients.engagement_started", "started the engagement Old accounts"),
        ("clients.engagement_created", "drafted the engagement Old accounts"),
    ]


def test_the_trigger_still_lets_states_move_forward_only(upgraded: Before, alice: Actor) -> None:
    draft = Engagement.objects.select_related("client").get(pk=upgraded.walled)

    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=draft.pk).update(state="paused", reason="because")
    start_engagement(alice, draft)

    assert draft.state == "active"


def test_firms_are_kept_apart_as_ever(upgraded: Before) -> None:
    globex = Firm.objects.get(slug="globex")

    with firm_transaction(globex.pk):
        assert not Engagement.objects.filter(pk__in=[upgraded.work, upgraded.walled]).exists()
        # Row-level security does not see the foreign client; the composite key does.
        with pytest.raises(IntegrityError), transaction.atomic():
            Engagement.objects.create(client_id=upgraded.client, title="Across")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_content_type_went_along(upgraded: Before) -> None:
    rows = ContentType.objects.filter(model="engagement").values_list("app_label", "id")

    assert list(rows) == [("engagements", upgraded.content_type)]
