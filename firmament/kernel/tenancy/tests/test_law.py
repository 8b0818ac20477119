"""The database refuses even when the code forgets."""

import os

import psycopg
import pytest
from django.db import connection

from firmament.kernel.tenancy.catalogue import violations
from firmament.kernel.tenancy.law import apply_law, composite_keys, firm_models
from firmament.kernel.testing import cluster


class Asking:
    """As little of a Django connection as the catalogue needs."""

    def __init__(self, raw: "psycopg.Connection[tuple[object, ...]]") -> None:
        self.raw = raw

    def cursor(self) -> "psycopg.Cursor[tuple[object, ...]]":
        return self.raw.cursor()


@pytest.fixture
def superuser(db):
    """A superuser in this worker's database; what it does is rolled back."""
    with psycopg.connect(
        **cluster.EmbeddedPostgres(os.environ[cluster.HOME]).dsn(connection.settings_dict["NAME"])
    ) as raw:
        yield Asking(raw)
        raw.rollback()


def test_the_database_obeys_the_law(superuser):
    assert len(firm_models()) >= 10
    assert violations(superuser) == []


def test_applying_the_law_again_changes_nothing(superuser):
    superuser.raw.execute("SET ROLE firmament_owner")

    assert apply_law(superuser) == []


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE tenancy_firm DISABLE ROW LEVEL SECURITY",
        "DROP POLICY firm_look_up ON tenancy_firm",
        "ALTER POLICY firm_own ON tenancy_firm USING (true)",
        "ALTER POLICY firm_found ON tenancy_firm WITH CHECK (true)",
    ],
)
def test_applying_the_law_mends_the_list_of_firms(superuser, damage):
    superuser.raw.execute(damage)

    superuser.raw.execute("SET ROLE firmament_owner")
    done = apply_law(superuser)
    superuser.raw.execute("RESET ROLE")

    assert len(done) == 1
    assert violations(superuser) == []


@pytest.mark.parametrize(
    "mutation",
    [
        "ALTER TABLE tenancy_membership DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE tenancy_membership NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY firm_isolation ON tenancy_membership",
        "ALTER POLICY firm_isolation ON tenancy_membership USING (true)",
        "ALTER POLICY firm_isolation ON tenancy_membership WITH CHECK (true)",
        "CREATE POLICY wide ON tenancy_membership FOR SELECT USING (true)",
        "ALTER TABLE tenancy_firm DISABLE ROW LEVEL SECURITY",
        "DROP POLICY firm_found ON tenancy_firm",
        "ALTER POLICY firm_own ON tenancy_firm USING (true)",
        "CREATE POLICY wide ON tenancy_firm FOR DELETE USING (true)",
        "ALTER TABLE tenancy_membership ALTER firm_id DROP NOT NULL",
        "CREATE UNIQUE INDEX ON tenancy_membership (user_id)",
        "CREATE TABLE stray (id int)",
        "CREATE VIEW peek AS SELECT * FROM tenancy_membership",
        "CREATE MATERIALIZED VIEW peek AS SELECT 1",
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "ALTER ROLE firmament_app BYPASSRLS",
        "GRANT firmament_owner TO firmament_app",
        "GRANT UPDATE ON ledger_entry TO firmament_app",
        "GRANT TRUNCATE ON tenancy_membership TO firmament_app",
        "ALTER TABLE tenancy_membership OWNER TO firmament_app",
        "ALTER TABLE ledger_entrytarget DROP CONSTRAINT ledger_entrytarget_entry_id_fkf",
    ],
)
def test_whatever_weakens_the_law_is_found(superuser, mutation):
    superuser.raw.execute(mutation)

    assert violations(superuser) != []


def test_every_reference_between_firm_tables_refuses_another_firms_row(superuser):
    for key in composite_keys():
        found = superuser.raw.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [key.constraint]
        ).fetchone()
        assert found is not None, key
        assert found[0].startswith(
            f"FOREIGN KEY (firm_id, {key.column}) REFERENCES {key.target}(firm_id, id)"
        )
