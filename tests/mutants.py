"""Every way to break a rule or a policy by one change, and who notices.

A rule is mutated on the side of the list alone: what `visible` compiles is then not what `allows` decides, and some world must
show it. A mutant that says the same as the rule for every combination of its atoms is no mutant and is left out.
A policy of the database is dropped, widened, or joined by a permissive one; the catalogue's examination must name it, and an
intruder's own statements must fare differently where the change lets them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import models
from psycopg.errors import InsufficientPrivilege

from firmament.kernel.policies import decide, powers
from firmament.kernel.policies.powers import Declaration, declarations
from firmament.kernel.policies.reference import page as reference_page
from firmament.kernel.policies.rules import AllOf, AnyOf, Atom, Everyone, Not, Rule, atoms
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.catalogue import violations
from firmament.kernel.tenancy.law import POLICY, firm_models
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.ids import uuid7
from tests.worlds import Answers, World, listed, pairs, people

KEPT = Path(__file__).resolve().parent / "data" / "mutants.json"

DOMAINS = {"staff": (Domain.STAFF, Domain.TOKEN), "client": (Domain.CLIENT,)}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A power whose list has gone wrong. `rule` is what it compiles instead; None: no wall is looked for."""

    power: str
    domain: str
    name: str
    rule: Rule | None

    def __str__(self) -> str:
        return f"{self.power} for {self.domain}: {self.name}"

    def declared(self) -> Declaration:
        """The declaration as if the room had written the mutant."""
        return replace(powers.declaration(self.power), **{self.domain: self.rule})

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Inside, the list of this power is the mutant's."""
        if self.rule is None:
            with patch.object(decide, "outside_walls", lambda *_given: True):
                yield
            return
        with patch.dict(powers._declared, {self.power: self.declared()}):
            yield


def mutants() -> list[Mutant]:
    """Every one of every power, by name."""
    found: dict[tuple[str, str, Rule | None], Mutant] = {}
    walled = {declared.power for declared, model in pairs() if _has_walls(model)}
    for declared in declarations():
        for domain in DOMAINS:
            rule: Rule | None = getattr(declared, domain)
            if rule is None:
                continue
            for name, changed in changes(rule):
                if not same(rule, changed):
                    found.setdefault(
                        (declared.power, domain, changed), Mutant(declared.power, domain, name, changed)
                    )
        if declared.power in walled and declared.staff is not None:
            found[declared.power, "staff", None] = Mutant(declared.power, "staff", "the wall is gone", None)
    return sorted(found.values(), key=str)


def _has_walls(model: type[models.Model]) -> bool:
    return bool(getattr(model, "client_path", None) or getattr(model, "engagement_path", None))


def changes(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one thing changed, wherever in its tree."""
    yield "negated", rule.rule if isinstance(rule, Not) else Not(rule)
    yield "open to everyone", Everyone()
    if isinstance(rule, AllOf | AnyOf):
        kind, other = type(rule), AnyOf if isinstance(rule, AllOf) else AllOf
        if len(rule.rules) > 1:
            yield f"all and any exchanged: {words(rule)}", other(rule.rules)
        for n, inner in enumerate(rule.rules):
            rest = (*rule.rules[:n], *rule.rules[n + 1 :])
            if rest:
                yield f"without {words(inner)}", kind(rest)
            for name, changed in changes(inner):
                yield (
                    f"{name}: {words(inner)}" if ":" not in name and "without" not in name else name,
                    kind((*rule.rules[:n], changed, *rule.rules[n + 1 :])),
                )
    elif isinstance(rule, Not):
        for name, changed in changes(rule.rule):
            yield f"under a not, {name}", Not(changed)


def words(rule: Rule) -> str:
    """A part of a rule, short enough for a name."""
    match rule:
        case AllOf(rules):
            return f"all({', '.join(map(words, rules))})"
        case AnyOf(rules):
            return f"any({', '.join(map(words, rules))})"
        case Not(inner):
            return f"not({words(inner)})"
        case _:
            return repr(rule)


def same(one: Rule, other: Rule) -> bool:
    """Whether two rules agree, whatever their atoms are."""
    leaves = list(dict.fromkeys([*atoms(one), *atoms(other)]))
    free = [atom for atom in leaves if not isinstance(atom, Everyone)]
    return all(
        holds(one, given) == holds(other, given)
        for values in product((False, True), repeat=len(free))
        for given in [dict(zip(free, values, strict=True))]
    )


def holds(rule: Rule, given: dict[Atom, bool]) -> bool:
    match rule:
        case AllOf(rules):
            return all(holds(inner, given) for inner in rules)
        case AnyOf(rules):
            return any(holds(inner, given) for inner in rules)
        case Not(inner):
            return not holds(inner, given)
        case Everyone():
            return True
        case _:
            return given[rule]


def noticed(mutant: Mutant, made: World, right: Answers) -> bool:
    """Whether this world shows that the list is no longer what each object allows."""
    with mutant.standing():
        return any(
            listed(made, power, model, made.actors[n]) != answer
            for (power, model, n), answer in right.items()
            if power == mutant.power and made.actors[n].domain in DOMAINS[mutant.domain]
        )


def unwritten(living: list[Mutant]) -> list[Mutant]:
    """Those that, written into a room's policies, would leave the page of permissions as it is."""
    true = reference_page()
    silent = []
    for mutant in living:
        if mutant.rule is not None:
            with patch.dict(powers._declared, {mutant.power: mutant.declared()}):
                if reference_page() == true:
                    silent.append(mutant)
    return silent


# What can happen to the policies of one table.
TABLE_MUTATIONS = {
    "not enabled": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "not forced": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "dropped": "DROP POLICY {policy} ON {table}",
    "reads everything": "ALTER POLICY {policy} ON {table} USING (true)",
    "writes anything": "ALTER POLICY {policy} ON {table} WITH CHECK (true)",
    "permissive for SELECT": "CREATE POLICY wide ON {table} FOR SELECT USING (true)",
    "permissive for INSERT": "CREATE POLICY wide ON {table} FOR INSERT WITH CHECK (true)",
    "permissive for UPDATE": "CREATE POLICY wide ON {table} FOR UPDATE USING (true) WITH CHECK (true)",
    "permissive for DELETE": "CREATE POLICY wide ON {table} FOR DELETE USING (true)",
}
# The list of firms can be read before one is set; its policies are three, and its own.
FIRM_MUTATIONS = {
    "not enabled": "ALTER TABLE tenancy_firm DISABLE ROW LEVEL SECURITY",
    "look-up dropped": "DROP POLICY firm_look_up ON tenancy_firm",
    "founding dropped": "DROP POLICY firm_found ON tenancy_firm",
    "own dropped": "DROP POLICY firm_own ON tenancy_firm",
    "founds any": "ALTER POLICY firm_found ON tenancy_firm WITH CHECK (true)",
    "changes every": "ALTER POLICY firm_own ON tenancy_firm USING (true)",
    "writes anything": "ALTER POLICY firm_own ON tenancy_firm WITH CHECK (true)",
    "permissive for INSERT": "CREATE POLICY wide ON tenancy_firm FOR INSERT WITH CHECK (true)",
    "permissive for UPDATE": "CREATE POLICY wide ON tenancy_firm FOR UPDATE USING (true)",
    "permissive for DELETE": "CREATE POLICY wide ON tenancy_firm FOR DELETE USING (true)",
}
# Changes by which the application's role gains nothing: its tables are not its own, without a policy it sees nothing, and what
# it may not leave behind it cannot change.
FAIL_CLOSED = {"not forced", "dropped", "look-up dropped", "founding dropped", "own dropped", "changes every"}


def policy_mutants() -> list[tuple[str, str, str]]:
    """Table, name and statement of each."""
    found = [
        (table, name, statement.format(table=f'"{table}"', policy=POLICY))
        for table in sorted(model._meta.db_table for model in firm_models())
        for name, statement in TABLE_MUTATIONS.items()
    ]
    return found + [("tenancy_firm", name, statement) for name, statement in FIRM_MUTATIONS.items()]


class Examined:
    """A superuser's connection, as little of a Django one as the catalogue asks for."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.baseline = self.breaches()

    def cursor(self) -> Any:
        return self.raw.cursor()

    def breaches(self) -> set[str]:
        return set(violations(self))  # type: ignore[arg-type]

    def named(self, statement: str) -> bool:
        """Whether the catalogue's examination names the change; it is undone."""
        with self.raw.transaction(force_rollback=True):
            self.raw.execute(statement)
            return bool(self.breaches() - self.baseline)

    def felt(self, statement: str, table: str, mine: UUID, theirs: UUID) -> bool:
        """Whether statements of the application in one firm reach another's rows once the change is made."""
        column = "id" if table == "tenancy_firm" else "firm_id"
        kept = self.raw.execute(
            f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE {column} = %s LIMIT 1', [theirs]
        ).fetchone()
        own = self.raw.execute(f'SELECT count(*) FROM "{table}" WHERE {column} = %s', [mine]).fetchone()[0]
        assert kept is not None and own, f"{table}: one of the firms has no row here"
        asked = intrusions(table, self.columns(table), json.loads(kept[0]), theirs)
        with self.raw.transaction(force_rollback=True):
            self.raw.execute(statement)
            self.raw.execute("SET LOCAL ROLE firmament_app")
            self.raw.execute("SELECT set_config('app.firm_id', %s, true)", [str(mine)])
            return any(self._touched(one, given) > (own if harmless else 0) for one, given, harmless in asked)

    def columns(self, table: str) -> list[str]:
        """Those that are written and not computed."""
        found = self.raw.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public' AND is_generated = 'NEVER'",
            [table],
        )
        return [row[0] for row in found.fetchall()]

    def _touched(self, statement: str, given: list[object]) -> int:
        """How many rows a statement read or changed; it is undone. None where it is refused."""
        try:
            with self.raw.transaction(force_rollback=True):
                return int(self.raw.execute(statement, given).rowcount)
        except InsufficientPrivilege:
            return 0


def intrusions(
    table: str, columns: list[str], kept: dict[str, object], theirs: UUID
) -> list[tuple[str, list[object], bool]]:
    """Statements with their values, and whether each touches one's own rows in any case.

    Changes and deletions name no row: a condition would be read, and what may not be read would then protect what may
    be changed.
    """
    named = ", ".join(f'"{column}"' for column in columns)
    insert = f'INSERT INTO "{table}" ({named}) SELECT {named} FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)'
    row = json.dumps({**kept, "id": str(uuid7())})
    touch = f'UPDATE "{table}" SET created_at = now()'
    if table == "tenancy_firm":
        # Everybody may look a firm up; nobody but itself may found or change it.
        other = f'UPDATE "{table}" SET id = uuidv7()'
        return [
            (insert, [row], False),
            (other, [], False),
            (touch, [], True),
            (f'DELETE FROM "{table}"', [], True),
        ]
    return [
        (f'SELECT 1 FROM "{table}" WHERE firm_id = %s', [theirs], False),
        (insert, [row], False),
        (f'UPDATE "{table}" SET firm_id = %s', [theirs], False),
        (touch, [], True),
        (f'DELETE FROM "{table}"', [], True),
    ]


def rows_for_everybody() -> tuple[UUID, UUID]:
    """Fill every table for two firms, and say which they are. For a loose database: what is made, stays."""
    firms = [Firm.objects.get(slug=slug) for slug in ("globex", "acme")]
    for seed, firm in enumerate(firms):
        with firm_transaction(firm.pk):
            made = World(Random(seed))
            people(made)
            for model in firm_models():
                made.of(model, 2)
    return firms[0].pk, firms[1].pk


def counts(every: list[Mutant], policies: list[tuple[str, str, str]]) -> dict[str, Any]:
    """How many mutants there are, of each power and of each kind of policy."""
    return {
        "rules": dict(sorted(Counter(mutant.power for mutant in every).items())),
        "policies": dict(sorted(Counter(name for _table, name, _statement in policies).items())),
    }


def keep_counts(every: list[Mutant], policies: list[tuple[str, str, str]]) -> None:
    KEPT.write_text(json.dumps(counts(every, policies), indent=1) + "\n")
