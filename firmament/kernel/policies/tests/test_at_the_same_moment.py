"""Two people change authority at once, in transactions that really commit."""

import os
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from firmament.kernel.testing import cluster

pytestmark = pytest.mark.cluster
Connection = psycopg.Connection[tuple[object, ...]]
CLONE = f"firmament_at_once_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def two(django_db_setup: None) -> Iterator[tuple[Connection, Connection]]:
    """Two connections as the application's role to a fresh copy, both inside Acme, where Ada and Alice are admins."""
    cluster.clone(cluster.TEMPLATE, CLONE)
    with cluster.superuser(CLONE) as root:
        root.execute(
            "INSERT INTO policies_roleassignment (id, firm_id, membership_id, role_id, created_at, updated_at)"
            " SELECT gen_random_uuid(), m.firm_id, m.id, r.id, now(), now() FROM tenancy_membership m"
            " JOIN identity_user u ON u.id = m.user_id AND u.email = 'alice@acme.example'"
            " JOIN policies_role r ON r.firm_id = m.firm_id AND r.code = 'firm_admin'"
        )
        root.execute(
            "INSERT INTO identity_user (id, email, name, password, timezone, locale, theme, shortcuts_enabled,"
            " is_active, date_joined) VALUES (gen_random_uuid(), 'carl@client.example', 'Carl', '', 'UTC', 'en',"
            " 'auto', true, true, now())"
        )
    parts = urlsplit(os.environ["FIRMAMENT_APP_DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{CLONE}"))
    one, other = psycopg.connect(url), psycopg.connect(url)
    for connection in (one, other):
        connection.execute(
            "SELECT set_config('app.firm_id', (SELECT id FROM tenancy_firm WHERE slug = 'acme')::text, true)"
        )
        # What the actions would record: without it the database would refuse for another reason than the one at test.
        connection.execute(
            "INSERT INTO ledger_entry (id, firm_id, created_at, updated_at, code, category, occurred_at, domain, job,"
            " roles, request_id, payload) SELECT uuidv7(), current_setting('app.firm_id')::uuid, now(), now(), code,"
            " 'permissions', now(), 'staff', '', '[]', '', '{}' FROM unnest(%s::text[]) code",
            [
                [
                    "policies.role_revoked",
                    "policies.portal_granted",
                    "policies.wall_raised",
                    "policies.team_archived",
                ]
            ],
        )
    yield one, other
    one.close()
    other.close()
    cluster.drop(CLONE)


def remove_admin(connection: Connection, email: str) -> None:
    gone = connection.execute(
        "DELETE FROM policies_roleassignment a USING policies_role r, tenancy_membership m, identity_user u"
        " WHERE r.id = a.role_id AND r.code = 'firm_admin' AND m.id = a.membership_id AND u.id = m.user_id"
        " AND u.email = %s",
        [email],
    )
    assert gone.rowcount == 1


def later(connection: Connection, statement: str | None) -> tuple[threading.Thread, list[psycopg.Error]]:
    """Run the statement (or the commit) in a thread, since it has to wait for the other transaction."""
    errors: list[psycopg.Error] = []

    def attempt() -> None:
        try:
            if statement:
                connection.execute(statement)
            connection.commit()
        except psycopg.Error as error:
            errors.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join(0.3)
    return thread, errors


def test_two_administrators_cannot_remove_each_other(two: tuple[Connection, Connection]) -> None:
    one, other = two
    remove_admin(one, "ada@acme.example")
    remove_admin(other, "alice@acme.example")

    one.execute("SET CONSTRAINTS ALL IMMEDIATE")
    thread, errors = later(other, None)
    assert thread.is_alive(), "the second waits until the first is through"
    one.commit()
    thread.join(10)

    assert [error.diag.constraint_name for error in errors] == ["policies_last_administrator"]


def test_nobody_becomes_staff_and_client_at_the_same_moment(two: tuple[Connection, Connection]) -> None:
    one, other = two
    carl = "(SELECT id FROM identity_user WHERE email = 'carl@client.example')"
    firm = "current_setting('app.firm_id')::uuid"
    one.execute(
        "INSERT INTO tenancy_membership (id, firm_id, user_id, state, title, created_at, updated_at)"
        f" VALUES (gen_random_uuid(), {firm}, {carl}, 'active', '', now(), now())"
    )

    thread, errors = later(
        other,
        "INSERT INTO policies_portalgrant (id, firm_id, user_id, client_id, scopes, created_at, updated_at)"
        f" VALUES (gen_random_uuid(), {firm}, {carl}, gen_random_uuid(), ARRAY['documents.list'], now(), now())",
    )
    assert thread.is_alive()
    one.commit()
    thread.join(10)

    assert [error.diag.constraint_name for error in errors] == ["policies_domains_never_mix"]


def test_two_partners_raise_the_same_wall_once(two: tuple[Connection, Connection]) -> None:
    one, other = two
    client = "00000000-0000-4000-8000-000000000001"
    with cluster.superuser(CLONE) as root:
        root.execute(
            "INSERT INTO clients_client (id, firm_id, kind, name, reference, state, email, phone, vat_id,"
            " address_line1, address_line2, postal_code, city, country, notes, created_at, updated_at)"
            " SELECT %s, id, 'person', 'Opposing', '', 'active', '', '', '', '', '', '', '', '', '', now(), now()"
            " FROM tenancy_firm WHERE slug = 'acme'",
            [client],
        )
    raising = (
        "INSERT INTO policies_wall (id, firm_id, membership_id, client_id, reason, lifted_reason, created_at,"
        f" updated_at) SELECT gen_random_uuid(), m.firm_id, m.id, '{client}', 'Conflict', '', now(), now()"
        " FROM tenancy_membership m JOIN identity_user u ON u.id = m.user_id AND u.email = 'bob@acme.example'"
    )
    assert one.execute(raising).rowcount == 1

    thread, errors = later(other, raising)
    assert thread.is_alive(), "the second waits until the first is through"
    one.commit()
    thread.join(10)

    assert [error.diag.constraint_name for error in errors] == ["wall_stands_once"]


def test_a_wall_and_the_archiving_of_its_team_never_pass_each_other(
    two: tuple[Connection, Connection],
) -> None:
    one, other = two
    team = "00000000-0000-4000-8000-000000000002"
    client = "00000000-0000-4000-8000-000000000003"
    with cluster.superuser(CLONE) as root:
        root.execute(
            "INSERT INTO policies_team (id, firm_id, name, created_at, updated_at)"
            " SELECT %s, id, 'Tax', now(), now() FROM tenancy_firm WHERE slug = 'acme'",
            [team],
        )
        root.execute(
            "INSERT INTO clients_client (id, firm_id, kind, name, reference, state, email, phone, vat_id,"
            " address_line1, address_line2, postal_code, city, country, notes, created_at, updated_at)"
            " SELECT %s, id, 'person', 'Opposing', '', 'active', '', '', '', '', '', '', '', '', '', now(), now()"
            " FROM tenancy_firm WHERE slug = 'acme'",
            [client],
        )
    raising = (
        "INSERT INTO policies_wall (id, firm_id, team_id, client_id, reason, lifted_reason, created_at, updated_at)"
        f" VALUES (gen_random_uuid(), current_setting('app.firm_id')::uuid, '{team}', '{client}', 'Conflict', '',"
        " now(), now())"
    )
    one.execute(raising)

    thread, errors = later(other, f"UPDATE policies_team SET archived_at = now() WHERE id = '{team}'")
    assert thread.is_alive(), "the second waits until the first is through"
    one.commit()
    thread.join(10)

    assert [error.diag.constraint_name for error in errors] == ["team_archived_without_walls"]
