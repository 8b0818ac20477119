"""Whether the database obeys the tenancy law, read from its own catalogue.

Each function answers with sentences, one per breach; `violations` is what `doctor` and the catalogue test ask.
"""

import hashlib
from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper

from firmament.kernel.tenancy.evidence_rules import STANDING_RULES, EvidenceRule, evidence_rules
from firmament.kernel.tenancy.global_tables import DEFINER_FUNCTIONS, GLOBAL_TABLES
from firmament.kernel.tenancy.law import (
    APP_ROLE,
    FIRM_POLICIES,
    FIRM_POLICIES_STANDING,
    OPS_ROLE,
    RULE,
    app_privileges,
    composite_keys,
    firm_models,
    table_triggers,
)
from firmament.kernel.tenancy.triggers import FUNCTION_BODIES, STANDING_TRIGGERS

Rows = list[tuple[str, ...]]
Ask = Callable[[str], Rows]


def violations(connection: BaseDatabaseWrapper) -> list[str]:
    """Every breach of the law, in plain sentences; an empty list is the only good answer."""

    def ask(query: str) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    found: list[str] = []
    for check in (
        _tables,
        _row_security,
        _list_of_firms,
        _foreign_keys,
        _uniques,
        _columns,
        _views,
        _functions,
        _bodies,
        _triggers,
        _evidence,
        _roles,
        _grants,
    ):
        found += check(ask)
    return found


def _tables(ask: Ask) -> list[str]:
    known = {model._meta.db_table for model in firm_models()} | set(GLOBAL_TABLES)
    present = {row[0] for row in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    missing = {model._meta.db_table for model in firm_models()} - present
    return [f"{t}: neither a firm table nor on the global list" for t in sorted(present - known)] + [
        f"{t}: a firm table that is not in the database" for t in sorted(missing)
    ]


def _row_security(ask: Ask) -> list[str]:
    secured = {
        row[0]
        for row in ask(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
        )
    }
    policies: dict[str, Rows] = {}
    for row in ask(
        "SELECT tablename, permissive, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
    ):
        policies.setdefault(row[0], []).append(row[1:])
    found = []
    for model in firm_models():
        table = model._meta.db_table
        if table not in secured:
            found.append(f"{table}: row-level security is not enabled and forced")
        if policies.get(table) != [("PERMISSIVE", "ALL", RULE, RULE)]:
            found.append(f"{table}: its policies are not exactly the firm's rule in USING and WITH CHECK")
    return found


def _list_of_firms(ask: Ask) -> list[str]:
    found = []
    if not ask("SELECT 1 FROM pg_class WHERE relname = 'tenancy_firm' AND relrowsecurity"):
        found.append("tenancy_firm: row-level security is not enabled")
    if ask(FIRM_POLICIES_STANDING) != list(FIRM_POLICIES):
        found.append("tenancy_firm: its policies are not exactly those by which a firm alone changes itself")
    return found


def _foreign_keys(ask: Ask) -> list[str]:
    firm_tables = {model._meta.db_table for model in firm_models()}
    found = []
    for name, table, target, columns, valid in ask(
        "SELECT conname, conrelid::regclass::text, confrelid::regclass::text,"
        " (SELECT string_agg(attname, ',' ORDER BY k.n) FROM unnest(conkey) WITH ORDINALITY k(num, n)"
        "  JOIN pg_attribute ON attrelid = conrelid AND attnum = k.num), convalidated::text"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ):
        if table in firm_tables and target in firm_tables and not columns.startswith("firm_id,"):
            found.append(
                f"{table}.{name}: a foreign key between firm tables that is not composite on the firm"
            )
        if valid != "true":
            found.append(f"{table}.{name}: never validated")
    there = {row[0] for row in ask("SELECT conname FROM pg_constraint WHERE contype = 'f'")}
    return found + [
        f"{key.table}.{key.column}: has no composite foreign key"
        for key in composite_keys()
        if key.constraint not in there
    ]


def _uniques(ask: Ask) -> list[str]:
    firm_tables = {model._meta.db_table for model in firm_models()}
    return [
        f"{table}.{name}: a unique index that does not start with firm_id reveals other firms' rows"
        for table, name, first in ask(
            "SELECT indrelid::regclass::text, indexrelid::regclass::text,"
            " coalesce((SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0]), '(expression)')"
            " FROM pg_index WHERE indisunique AND NOT indisprimary"
        )
        if table in firm_tables and first != "firm_id"
    ]


def _columns(ask: Ask) -> list[str]:
    fixed = {
        row[0]
        for row in ask(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_name = 'firm_id' AND is_nullable = 'NO' AND data_type = 'uuid'"
        )
    }
    return [
        f"{model._meta.db_table}: firm_id is missing, nullable or no uuid"
        for model in firm_models()
        if model._meta.db_table not in fixed
    ]


def _views(ask: Ask) -> list[str]:
    return [
        f"{name}: a {'materialised view' if kind == 'm' else 'view without security_invoker'}"
        for name, kind in ask(
            "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'"
            " OR (relkind = 'v' AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)))"
        )
        # An extension's statistics view shows no rows of ours.
        if not name.startswith("pg_stat_statements")
    ]


def _functions(ask: Ask) -> list[str]:
    return [
        f"{name}: runs with its owner's rights and is not on the list, or does not pin search_path"
        for name, config in ask(
            "SELECT proname, coalesce(proconfig::text, '') FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        if name not in DEFINER_FUNCTIONS or "search_path=" not in config
    ]


def _bodies(ask: Ask) -> list[str]:
    there = {
        name: hashlib.sha256(body.encode()).hexdigest()
        for name, body in ask(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        if name in FUNCTION_BODIES
    }
    return [
        f"{name}: is missing, or does something else than it was made for"
        for name, digest in FUNCTION_BODIES.items()
        if there.get(name) != digest
    ]


def _triggers(ask: Ask) -> list[str]:
    standing = set(ask(STANDING_TRIGGERS))
    return [
        f"{table}: the trigger {trigger.name} is missing, off or another's"
        for table, trigger in table_triggers()
        if not trigger.stands(table, standing)
    ]


def _evidence(ask: Ask) -> list[str]:
    standing = {EvidenceRule(*row) for row in ask(STANDING_RULES)}
    wanted = evidence_rules()
    return [
        f"{rule.table}: {rule.code or 'nothing'} tells of {rule.operation} {rule.column}, and no room says so"
        for rule in sorted(standing - wanted, key=str)
    ] + [
        f"{rule.table}: {rule.code or 'nothing'} tells of {rule.operation} {rule.column}, and the database does not know it"
        for rule in sorted(wanted - standing, key=str)
    ]


def _roles(ask: Ask) -> list[str]:
    found = []
    roles = {row[0]: row[1:] for row in ask("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles")}
    if APP_ROLE not in roles:
        return [f"{APP_ROLE}: there is no such role"]
    if any(roles[APP_ROLE]):
        found.append(f"{APP_ROLE}: may bypass row-level security")
    if OPS_ROLE not in roles:
        found.append(f"{OPS_ROLE}: there is no such role")
    if ask(f"SELECT 1 FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE r.rolname = '{APP_ROLE}'"):
        found.append(f"{APP_ROLE}: owns tables, and an owner can lift what protects them")
    if ask(
        f"SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = '{APP_ROLE}'"
    ):
        found.append(f"{APP_ROLE}: is a member of another role")
    return found


def _grants(ask: Ask) -> list[str]:
    wanted = {model._meta.db_table: app_privileges(model) for model in firm_models()}
    return [
        f"{table}: {APP_ROLE} may {privilege}, and more than its model says"
        for table, privilege in ask(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            f" WHERE grantee IN ('{APP_ROLE}', 'PUBLIC') AND table_schema = 'public'"
        )
        if privilege not in wanted.get(table, {privilege})
    ] + [
        f"{table}: {APP_ROLE} may {privilege}"
        for table, privilege in ask(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            f" WHERE grantee IN ('{APP_ROLE}', 'PUBLIC') AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')"
            " AND table_schema = 'public'"
        )
    ]
