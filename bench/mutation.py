"""Is every weakening of a rule or a policy noticed? One change after another, and who names it.

`python -m bench.mutation [--worlds N] [--write]`. Rules: the list of a power compiles something else than the rule, and a random world
must show it. Policies: of each table in turn, changed in the database itself; the catalogue's examination (`doctor`, the law's
test) must name it, and an intruder's statements must reach farther wherever the change lets them. `--write` puts how many there are
into `tests/data/mutants.json`. Ends with 1 where one was not noticed; survivors are printed.
"""

import argparse
import sys
import time

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close, prepare_template
from tests.mutants import (
    FAIL_CLOSED,
    Examined,
    Mutant,
    keep_counts,
    mutants,
    noticed,
    policy_mutants,
    rows_for_everybody,
    unwritten,
)
from tests.worlds import allowed, loose_database, world

DATABASE = "firmament_bench_mutation"


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument(
        "--worlds", type=int, default=60, help="after so many worlds, what lives has survived"
    )
    arguments.add_argument("--write", action="store_true", help="keep the counts for the tests")
    options = arguments.parse_args()
    prepare_template()
    every, policies = mutants(), policy_mutants()
    silent = unwritten(every)
    began = time.perf_counter()
    with loose_database(DATABASE):
        worlds, living = by_worlds(every, options.worlds)
        rules = time.perf_counter() - began
        began = time.perf_counter()
        unnamed, unfelt = by_the_database(policies)
    for one in [*living, *silent, *unnamed, *unfelt]:
        sys.stderr.write(f"not noticed: {one}\n")
    written = [one for one in every if one.rule is not None]
    closed = sum(name in FAIL_CLOSED for _table, name, _statement in policies)
    show(
        "mutation",
        ("what is changed", "noticed by", "mutants", "noticed"),
        [
            (
                "what a list compiles",
                "random worlds: the list against each object",
                len(every),
                len(every) - len(living),
            ),
            ("what a room declares", "the page of permissions", len(written), len(written) - len(silent)),
            (
                "a table’s policies",
                "the catalogue’s examination",
                len(policies),
                len(policies) - len(unnamed),
            ),
            (
                "a table’s policies, where it lets somebody in",
                "an intruder’s statements",
                len(policies) - closed,
                len(policies) - closed - len(unfelt),
            ),
        ],
        worlds=worlds,
        rules_s=round(rules),
        policies_s=round(time.perf_counter() - began),
    )
    if options.write:
        keep_counts(every, policies)
    return int(bool(living or silent or unnamed or unfelt))


def by_worlds(every: list[Mutant], limit: int) -> tuple[int, list[Mutant]]:
    """How many worlds it took, and which mutants none of them showed."""
    acme = Firm.objects.get(slug="acme")
    living = every
    for seed in range(limit):
        if not living:
            return seed, living
        with firm_transaction(acme.pk), world(seed) as made:
            right = allowed(made)
            living = [mutant for mutant in living if not noticed(mutant, made, right)]
    return limit, living


def by_the_database(policies: list[tuple[str, str, str]]) -> tuple[list[str], list[str]]:
    """Those the examination does not name, and those that let an intruder in whom nobody felt."""
    mine, theirs = rows_for_everybody()
    close()
    unnamed, unfelt = [], []
    with cluster.superuser(DATABASE) as root:
        examined = Examined(root)
        for table, name, statement in policies:
            if not examined.named(statement):
                unnamed.append(f"{table}: {name}, by the catalogue")
            if name not in FAIL_CLOSED and not examined.felt(statement, table, mine, theirs):
                unfelt.append(f"{table}: {name}, by an intruder")
    return unnamed, unfelt


if __name__ == "__main__":
    sys.exit(main())
