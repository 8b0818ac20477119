"""One rule, three answers, of every power and in worlds of the whole product; and no mutant of a rule or a policy unseen.

`python -m bench.policies` asks a thousand worlds, `python -m bench.mutation` every mutant; here stand a dozen worlds and a fixed sample.
"""

import json

import pytest
from django.db import connection

from firmament.kernel.policies.powers import declarations
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close
from tests.mutants import (
    FAIL_CLOSED,
    KEPT,
    Examined,
    counts,
    mutants,
    noticed,
    policy_mutants,
    rows_for_everybody,
    unwritten,
)
from tests.worlds import Tally, allowed, loose_database, world

WORLDS = 12
# One mutant in so many is tried here; the numbers have no common factor with the ways to change a rule or a policy.
EVERY_RULE, EVERY_POLICY = 11, 13


@pytest.fixture(scope="module")
def loose(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loose_database("firmament_worlds"):
        yield connection.settings_dict["NAME"]


def test_the_list_is_what_each_object_allows_for_every_power(loose) -> None:
    tally = Tally()
    acme = Firm.objects.get(slug="acme")
    for seed in range(WORLDS):
        with firm_transaction(acme.pk):
            tally.take(seed)

    print(f"{len(tally.asked)} powers, {tally.asked.total()} lists, {tally.some.total()} with rows")
    assert tally.wrong == []
    assert tally.asked.keys() == {declared.power for declared in declarations()}
    # Every power is both given and refused somewhere, but for the one that is the nightly job's alone, and for those of
    # operators, whom no world knows: their rules have tests of their own.
    operators = {declared.power for declared in declarations() if declared.operator and not declared.staff}
    assert tally.asked.keys() - tally.some.keys() - operators <= {"clients.purge"}
    assert tally.asked.keys() - tally.none.keys() == set()


def test_a_list_that_compiles_something_else_is_seen(loose) -> None:
    living = mutants()[::EVERY_RULE]
    sample = len(living)
    acme = Firm.objects.get(slug="acme")
    for seed in range(4 * WORLDS):
        if living:
            with firm_transaction(acme.pk), world(seed) as made:
                right = allowed(made)
                living = [mutant for mutant in living if not noticed(mutant, made, right)]

    assert [str(mutant) for mutant in living] == []
    assert sample > 50


def test_a_rule_that_is_declared_otherwise_is_another_line_of_the_reference(db) -> None:
    assert [str(mutant) for mutant in unwritten(mutants()[::EVERY_RULE])] == []


def test_a_policy_that_is_dropped_or_widened_is_seen_by_the_examination_and_felt_by_an_intruder(
    loose,
) -> None:
    mine, theirs = rows_for_everybody()
    close()
    unseen = []
    with cluster.superuser(loose) as root:
        examined = Examined(root)
        for table, name, statement in policy_mutants()[::EVERY_POLICY]:
            if not examined.named(statement):
                unseen.append(f"{table}: {name}, by the catalogue")
            if name not in FAIL_CLOSED and not examined.felt(statement, table, mine, theirs):
                unseen.append(f"{table}: {name}, by an intruder")

    assert unseen == []


def test_as_many_mutants_as_were_tried_when_all_of_them_were_seen(db) -> None:
    """More or fewer: run `python -m bench.mutation --write`, which tries every one."""
    assert counts(mutants(), policy_mutants()) == json.loads(KEPT.read_text())
