"""The tenancy law, laid on the tables after every migration.

Idempotent: it reads the catalogue first and changes only what differs, so a start with nothing to do takes no
lock. Row-level security, one policy with USING and WITH CHECK, composite foreign keys (added NOT VALID,
validated apart), their indexes (CONCURRENTLY), triggers that models declare, grants to the application and to ops.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from firmament.kernel.tenancy.evidence_rules import STANDING_RULES, EvidenceRule, evidence_rules, laid
from firmament.kernel.tenancy.fields import FirmForeignKey
from firmament.kernel.tenancy.global_tables import GLOBAL_TABLES
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.tenancy.triggers import (
    APPEND_ONLY,
    REFUSE_CHANGE,
    REFUSE_CHANGE_FUNCTION,
    ROW_HISTORY,
    STANDING_TRIGGERS,
    Trigger,
)

APP_ROLE = "firmament_app"
OPS_ROLE = "firmament_ops"
POLICY = "firm_isolation"
RULE = "(firm_id = (current_setting('app.firm_id'::text))::uuid)"
OWN_FIRM = "(id = (current_setting('app.firm_id'::text))::uuid)"
# Of the list of firms: name, command, USING, WITH CHECK. Everyone may look a firm up by its address; only from inside may
# it be changed. A firm is founded from inside its own transaction, so that it and its first admin come together.
FIRM_POLICIES: tuple[tuple[str, str, str, str], ...] = (
    ("firm_found", "INSERT", "", OWN_FIRM),
    ("firm_look_up", "SELECT", "true", ""),
    ("firm_own", "UPDATE", OWN_FIRM, OWN_FIRM),
)
# How they stand in the catalogue, in the order of the above.
FIRM_POLICIES_STANDING = (
    "SELECT policyname, cmd, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies"
    " WHERE tablename = 'tenancy_firm' AND schemaname = 'public' AND permissive = 'PERMISSIVE' ORDER BY policyname"
)


@dataclass(frozen=True, slots=True)
class CompositeKey:
    """`table (firm_id, column) → target (firm_id, id)`."""

    table: str
    column: str
    target: str

    @property
    def constraint(self) -> str:
        return f"{self.table[:40]}_{self.column[:14]}_fkf"

    @property
    def index(self) -> str:
        return f"{self.table[:40]}_{self.column[:14]}_ixf"


def firm_models() -> list[type[FirmModel]]:
    """Every concrete table that belongs to a firm."""
    return [m for m in apps.get_models(include_auto_created=True) if issubclass(m, FirmModel)]


def composite_keys() -> list[CompositeKey]:
    """Every reference from one firm table to another."""
    return [
        CompositeKey(model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in firm_models()
        for field in model._meta.local_fields
        if isinstance(field, FirmForeignKey)
    ]


def table_triggers() -> list[tuple[str, Trigger]]:
    """Each table with a trigger it must carry: append-only and regulated ones, and what a model declares."""
    return [
        (model._meta.db_table, trigger)
        for model in firm_models()
        for trigger in (
            *(APPEND_ONLY if model.append_only else ()),
            *(ROW_HISTORY if model.row_history else ()),
            *model.triggers,
        )
    ]


def app_privileges(model: type[FirmModel]) -> frozenset[str]:
    """What the application may do with the rows of a firm table."""
    if model.app_may is not None:
        return model.app_may
    return frozenset({"SELECT", "INSERT"} if model.append_only else {"SELECT", "INSERT", "UPDATE", "DELETE"})


def apply_law(connection: BaseDatabaseWrapper) -> list[str]:
    """Bring the database under the law, as its owner; returns what had to be done."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    try:
        done = _enforce_row_security(connection)
        done += _add_composite_keys(connection)
        # Before the trigger that reads them: in between, it would refuse every change.
        done += _lay_evidence_rules(connection)
        done += _lay_triggers(connection)
        done += _grant(connection)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    return done


def _run(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> list[str]:
    done = []
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        done.append(statement)
    return done


def _rows(connection: BaseDatabaseWrapper, query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [tuple(row) for row in cursor.fetchall()]


def _pairs(rows: list[tuple[str, ...]]) -> dict[str, str]:
    return {row[0]: row[1] for row in rows}


def _enforce_row_security(connection: BaseDatabaseWrapper) -> list[str]:
    secured = {
        row[0]
        for row in _rows(
            connection,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relrowsecurity AND relforcerowsecurity",
        )
    }
    ruled = {
        row[0]
        for row in _rows(
            connection,
            "SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE'"
            f" AND cmd = 'ALL' AND policyname = '{POLICY}' AND qual = $${RULE}$$ AND with_check = $${RULE}$$",
        )
    }
    statements: list[str] = []
    for model in firm_models():
        table = model._meta.db_table
        if table not in secured:
            statements.append(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
        if table not in ruled:
            statements.append(
                f'DROP POLICY IF EXISTS {POLICY} ON "{table}";'
                f' CREATE POLICY {POLICY} ON "{table}" USING {RULE} WITH CHECK {RULE}'
            )
    statements += _secure_firm_table(connection)
    return _run(connection, statements)


def _secure_firm_table(connection: BaseDatabaseWrapper) -> list[str]:
    """The policies of the list of firms; one that became another's is made anew."""
    standing = set(_rows(connection, FIRM_POLICIES_STANDING))
    statements: list[str] = []
    if not _rows(connection, "SELECT 1 FROM pg_class WHERE relname = 'tenancy_firm' AND relrowsecurity"):
        statements.append("ALTER TABLE tenancy_firm ENABLE ROW LEVEL SECURITY")
    for policy in FIRM_POLICIES:
        if policy not in standing:
            name, command, using, check = policy
            clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
            statements.append(
                f"DROP POLICY IF EXISTS {name} ON tenancy_firm;"
                f" CREATE POLICY {name} ON tenancy_firm FOR {command}{clauses}"
            )
    return statements


def _add_composite_keys(connection: BaseDatabaseWrapper) -> list[str]:
    constraints = _pairs(
        _rows(
            connection,
            "SELECT conname, convalidated::text FROM pg_constraint WHERE contype = 'f' AND conname LIKE '%\\_fkf'",
        )
    )
    indexes = {
        row[0]
        for row in _rows(
            connection,
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
            " WHERE indisvalid AND relname LIKE '%\\_ixf'",
        )
    }
    statements: list[str] = []
    for key in composite_keys():
        if key.index not in indexes:
            # An index whose building was interrupted stays behind invalid, and would be skipped for ever.
            statements.append(f'DROP INDEX IF EXISTS "{key.index}"')
            statements.append(
                f'CREATE INDEX CONCURRENTLY "{key.index}" ON "{key.table}" (firm_id, "{key.column}")'
            )
        if key.constraint not in constraints:
            statements.append(
                f'ALTER TABLE "{key.table}" ADD CONSTRAINT "{key.constraint}" FOREIGN KEY (firm_id, "{key.column}")'
                f' REFERENCES "{key.target}" (firm_id, id) DEFERRABLE INITIALLY DEFERRED NOT VALID'
            )
        if constraints.get(key.constraint) != "true":
            statements.append(f'ALTER TABLE "{key.table}" VALIDATE CONSTRAINT "{key.constraint}"')
    return _run(connection, statements)


def _lay_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that models declare; one that somebody disabled or bent is laid anew."""
    standing = set(_rows(connection, STANDING_TRIGGERS))
    statements: list[str] = []
    if not _rows(connection, f"SELECT 1 FROM pg_proc WHERE proname = '{REFUSE_CHANGE}'"):
        statements.append(REFUSE_CHANGE_FUNCTION)
    for table, trigger in table_triggers():
        if not trigger.stands(table, standing):
            statements.append(f'DROP TRIGGER IF EXISTS "{trigger.name}" ON "{table}"')
            statements.append(trigger.on(table))
    return _run(connection, statements)


def _lay_evidence_rules(connection: BaseDatabaseWrapper) -> list[str]:
    """Which events may tell of which changes, as this release declares it."""
    standing = {EvidenceRule(*row) for row in _rows(connection, STANDING_RULES)}
    wanted = evidence_rules()
    return [] if standing == wanted else _run(connection, [laid(wanted)])


def _grant(connection: BaseDatabaseWrapper) -> list[str]:
    """What the application and ops may do, table by table; nothing is granted to PUBLIC."""
    present = {
        row[0] for row in _rows(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    wanted = _wanted_grants()
    held = _held_grants(connection)
    statements: list[str] = []
    for table in sorted(present):
        for role, privileges in (
            (APP_ROLE, wanted.get(table, frozenset())),
            (OPS_ROLE, frozenset({"SELECT"})),
        ):
            if held.get((table, role), frozenset()) != privileges:
                statements.append(f'REVOKE ALL ON "{table}" FROM {role}')
                if privileges:
                    statements.append(f'GRANT {", ".join(sorted(privileges))} ON "{table}" TO {role}')
    if statements:
        statements += [
            f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {OPS_ROLE}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
            f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {OPS_ROLE}",
            f"GRANT UPDATE (name, timezone, locale, currency, state) ON tenancy_firm TO {APP_ROLE}",
        ]
    return _run(connection, statements)


def _wanted_grants() -> dict[str, frozenset[str]]:
    letters = {"r": {"SELECT"}, "i": {"INSERT"}, "w": {"INSERT", "UPDATE", "DELETE"}}
    wanted = {
        table: frozenset().union(*(letters[letter] for letter in grant)) if grant else frozenset()
        for table, (grant, _reason) in GLOBAL_TABLES.items()
    }
    for model in firm_models():
        wanted[model._meta.db_table] = app_privileges(model)
    return wanted


def _held_grants(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], frozenset[str]]:
    held: dict[tuple[str, str], set[str]] = {}
    for table, role, privilege in _rows(
        connection,
        "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
        f" WHERE table_schema = 'public' AND grantee IN ('{APP_ROLE}', '{OPS_ROLE}')",
    ):
        held.setdefault((table, role), set()).add(privilege)
    return {key: frozenset(value) for key, value in held.items()}
