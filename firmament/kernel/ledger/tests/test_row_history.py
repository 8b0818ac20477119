"""Whoever changes a regulated row leaves a trail, and can be asked for what nobody explained."""

import json
import os

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from firmament.kernel.ledger.models import Entry, RowChange, RowValue
from firmament.kernel.ledger.payload import commitment
from firmament.kernel.policies.actions import assign_role
from firmament.kernel.policies.models import Role, RolePower, Team, TeamMember
from firmament.kernel.tenancy.catalogue import violations
from firmament.kernel.tenancy.law import apply_law, firm_models
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.testing import cluster
from firmament.kernel.testing.at_once import crowd
from firmament.kernel.testing.fixtures import staff_actor

REGULATED = sorted(model._meta.db_table for model in firm_models() if model.row_history)


class Hand:
    """A superuser's own connection, as somebody with psql has one. What it does is rolled back."""

    def __init__(self, raw: "psycopg.Connection[tuple[object, ...]]") -> None:
        self.raw = raw

    def cursor(self) -> "psycopg.Cursor[tuple[object, ...]]":
        return self.raw.cursor()

    def changes(self, columns: str = "of_table, operation, session_role, acting_role") -> list[tuple]:
        """Those of the running transaction."""
        return self.raw.execute(
            f"SELECT {columns} FROM ledger_rowchange"
            " WHERE transaction_id = pg_current_xact_id()::text::bigint ORDER BY id"
        ).fetchall()


@pytest.fixture
def hand(db):
    with psycopg.connect(
        **cluster.EmbeddedPostgres(os.environ[cluster.HOME]).dsn(connection.settings_dict["NAME"])
    ) as raw:
        yield Hand(raw)
        raw.rollback()


def written(change: RowChange) -> dict:
    return RowValue.objects.get(change=change).value


def test_every_write_of_the_application_leaves_its_row(alice):
    team = Team.objects.create(name="Tax")
    pk = team.pk
    team.name = "Tax and law"
    team.save()
    Team.objects.filter(pk=team.pk).update(name="Law")
    team.delete()

    changes = list(RowChange.objects.filter(row_id=pk).order_by("id"))
    assert [one.operation for one in changes] == ["insert", "update", "update", "delete"]
    assert {one.of_table for one in changes} == {"policies_team"}
    assert {one.session_role for one in changes} == {one.acting_role for one in changes} == {"firmament_app"}
    assert changes[1].columns == ["name"]
    before = written(changes[1])["before"]
    assert (before["name"], written(changes[1])["after"]["name"]) == ("Tax", "Tax and law")
    assert written(changes[0])["before"] is None and written(changes[3])["after"] is None
    assert written(changes[3])["before"]["name"] == "Law"


def test_a_bulk_update_leaves_a_row_for_each(alice):
    made = Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(3))

    Team.objects.filter(pk__in=[team.pk for team in made]).update(archived_at="2026-01-02T03:04:05Z")

    changes = RowChange.objects.filter(row_id__in=[team.pk for team in made], operation="update")
    assert changes.count() == 3
    assert all("archived_at" in one.columns for one in changes)


def test_deleting_a_role_tells_of_its_powers_too(alice):
    role = Role.objects.create(code="clerk", name="Clerk")
    RolePower.objects.create(role=role, power="clients.view")

    role.delete()

    gone = RowChange.objects.filter(operation="delete").values_list("of_table", flat=True)
    assert set(gone) == {"policies_role", "policies_rolepower"}


def test_a_hand_on_the_database_is_named(hand):
    hand.raw.execute("UPDATE policies_role SET clearance = 'restricted' WHERE code = 'staff'")
    hand.raw.execute("SET LOCAL ROLE firmament_owner")
    hand.raw.execute("DELETE FROM policies_rolepower WHERE power = 'audit.view'")

    me = hand.raw.info.user
    told = hand.changes()
    assert set(told) == {
        ("policies_role", "update", me, me),
        ("policies_rolepower", "delete", me, "firmament_owner"),
    }
    firms = hand.raw.execute("SELECT count(DISTINCT firm_id) FROM policies_role").fetchone()[0]
    assert sum(one[0] == "policies_role" for one in told) == firms >= 2, "each firm has its own row"
    assert hand.raw.execute("SELECT current_setting('app.firm_id', true)").fetchone()[0] == ""


def test_a_hand_that_lends_powers_is_named(hand):
    members = hand.raw.execute(
        "SELECT m.firm_id, min(m.id::text)::uuid, max(m.id::text)::uuid FROM tenancy_membership m"
        " JOIN tenancy_firm f ON f.id = m.firm_id WHERE f.slug = 'acme' GROUP BY m.firm_id"
    ).fetchone()
    (lent,) = hand.raw.execute(
        "INSERT INTO policies_delegation"
        " (id, firm_id, lender_id, borrower_id, starts_at, ends_at, reason, created_at, updated_at)"
        " VALUES (uuidv7(), %s, %s, %s, now(), now() + interval '1 day', 'Because', now(), now()) RETURNING id",
        members,
    ).fetchone()
    hand.raw.execute(
        "INSERT INTO policies_delegatedpower (id, firm_id, delegation_id, power, created_at, updated_at)"
        " VALUES (uuidv7(), %s, %s, 'audit.view', now(), now())",
        (members[0], lent),
    )
    hand.raw.execute(
        "UPDATE policies_delegation SET ends_at = ends_at + interval '1 year' WHERE id = %s", (lent,)
    )

    assert hand.changes("of_table, operation") == [
        ("policies_delegation", "insert"),
        ("policies_delegatedpower", "insert"),
        ("policies_delegation", "update"),
    ]


def test_not_even_one_who_takes_himself_for_a_replica_gets_past(hand):
    hand.raw.execute("SET LOCAL session_replication_role = replica")
    hand.raw.execute("UPDATE policies_role SET name = 'Chief' WHERE code = 'partner'")

    assert {row[:2] for row in hand.changes()} == {("policies_role", "update")}
    waiting = hand.raw.execute(
        "SELECT object_id FROM proof_pending WHERE source = 'ledger_rowchange'"
    ).fetchall()
    assert set(hand.changes("id")) <= set(waiting), "each of them waits for its number"


@pytest.mark.parametrize("table", REGULATED)
def test_emptying_a_regulated_table_is_refused(hand, table):
    with pytest.raises(psycopg.errors.RestrictViolation):
        hand.raw.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", ["ledger_rowchange", "ledger_rowvalue"])
def test_history_cannot_be_rewritten(hand, table):
    with pytest.raises(psycopg.errors.RestrictViolation), hand.raw.transaction():
        hand.raw.execute(f"TRUNCATE {table} CASCADE")
    hand.raw.execute("UPDATE policies_role SET name = 'Chief' WHERE code = 'partner'")

    with pytest.raises(psycopg.errors.RestrictViolation), hand.raw.transaction():
        hand.raw.execute(f"UPDATE {table} SET updated_at = now()")
    with pytest.raises(psycopg.errors.RestrictViolation), hand.raw.transaction():
        hand.raw.execute("DELETE FROM ledger_rowchange")


def test_the_application_can_neither_forge_history_nor_unwrite_it(alice):
    Team.objects.create(name="Tax")

    for attack in (
        "INSERT INTO ledger_rowchange SELECT * FROM ledger_rowchange",
        "INSERT INTO ledger_rowvalue SELECT * FROM ledger_rowvalue",
        "DELETE FROM ledger_rowchange",
        "UPDATE ledger_rowvalue SET value = '{}'",
        "SELECT ledger_keep_change('policies_team', 'insert', NULL, (SELECT to_jsonb(t) FROM policies_team t LIMIT 1))",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)


def test_a_row_that_goes_to_another_firm_shows_neither_what_the_other_held(hand):
    columns = ", ".join(
        c
        for (c,) in hand.raw.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'policies_rolepower'"
            " AND column_name NOT IN ('id', 'power') ORDER BY ordinal_position"
        ).fetchall()
    )
    hand.raw.execute(
        f"INSERT INTO policies_rolepower (id, power, {columns})"
        f" SELECT uuidv7(), 'secret.thing', {columns} FROM policies_rolepower"
        " WHERE firm_id = (SELECT id FROM tenancy_firm WHERE slug = 'acme') LIMIT 1"
    )
    hand.raw.execute(
        "UPDATE policies_rolepower SET firm_id = (SELECT id FROM tenancy_firm WHERE slug = 'globex')"
        " WHERE power = 'secret.thing'"
    )

    told = hand.changes("operation, (SELECT slug FROM tenancy_firm f WHERE f.id = ledger_rowchange.firm_id)")
    assert told == [("insert", "acme"), ("delete", "acme"), ("insert", "globex")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.dictionaries(
        st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])) | st.none(),
        max_size=4,
    )
)
def test_what_is_committed_to_is_what_the_ledger_commits_to(hand, texts):
    row = {
        "firm_id": str(hand.raw.execute("SELECT min(id::text) FROM tenancy_firm").fetchone()[0]),
        "id": "0197f3a0-0000-7000-8000-000000000001",
        **{f"x{k}": v for k, v in texts.items()},
    }

    hand.raw.execute("SELECT ledger_keep_change('t', 'insert', NULL, %s)", [Jsonb(row)])

    salt, value, committed = hand.raw.execute(
        "SELECT salt, value, commitment FROM ledger_rowvalue v JOIN ledger_rowchange c ON c.id = v.change_id"
        " ORDER BY v.id DESC LIMIT 1"
    ).fetchone()
    assert value == {"before": None, "after": row}
    assert committed == commitment(bytes(salt), json.loads(json.dumps(value)))


@pytest.mark.parametrize("table", REGULATED)
@pytest.mark.parametrize(
    "mutation",
    [
        "DROP TRIGGER row_history ON {0}",
        "ALTER TABLE {0} DISABLE TRIGGER row_history",
        "ALTER TABLE {0} ENABLE TRIGGER row_history",
        "ALTER TABLE {0} DISABLE TRIGGER row_history_no_truncate",
        "CREATE OR REPLACE TRIGGER row_history AFTER UPDATE ON {0} FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_a_trigger_taken_away_is_found_and_laid_again(hand, table, mutation):
    hand.raw.execute(mutation.format(table))

    assert any(breach.startswith(f"{table}: the trigger row_history") for breach in violations(hand))

    hand.raw.execute("SET LOCAL ROLE firmament_owner")
    apply_law(hand)
    hand.raw.execute("RESET ROLE")
    assert violations(hand) == []


def test_a_keeper_of_history_that_keeps_nothing_is_found(hand):
    hand.raw.execute(
        "CREATE OR REPLACE FUNCTION ledger_keep_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        " SET search_path = '' AS 'BEGIN RETURN NULL; END'"
    )

    assert violations(hand) != []


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), crowd("row_history") as made:
        yield made


def test_a_change_and_its_entry_are_tied_by_the_transaction(committed):
    def give() -> None:
        bob = Membership.objects.get(user__email="bob@acme.example")
        assign_role(staff_actor("ada@acme.example"), bob, Role.objects.get(code="billing"))

    def ask() -> list[tuple[str, str]]:
        entry = Entry.objects.filter(code="policies.role_assigned").latest("created_at")
        return list(RowChange.objects.beside(entry).values_list("of_table", "operation"))

    committed.alone(give)

    assert committed.alone(ask) == [("policies_roleassignment", "insert")]


def test_other_firms_changes_are_not_seen(alice, globex, in_firm):
    with in_firm(globex):
        Team.objects.create(name="Theirs")

    assert not RowChange.objects.filter(of_table="policies_team").exists()
    assert Firm.objects.count() >= 2 and not TeamMember.objects.exists()
