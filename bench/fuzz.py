"""Does anything made from the API's own document break it? As many requests as asked for, each committed.

`python -m bench.fuzz [--requests N] [--seed N]`. Half of them as the document allows, half as it forbids. Prints the
denominator, and ends with 1 after the first failure of ours, answer that is not announced, or body that does not fit;
and if one answer took longer than two seconds.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from typing import Any
from uuid import UUID

import schemathesis
from django.core.wsgi import get_wsgi_application

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.web import throttles
from tests import test_api_fuzz as fuzzing

DATABASE = "firmament_bench_fuzz"
SLOW_MS = 2_000.0


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--requests", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=fuzzing.SEED)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    acme, token = prepare()
    took: list[float] = []
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", timed(took))
    operations = [result.ok() for result in schema.get_all_operations()]
    fuzzing.SEED = options.seed
    fuzzing.EXAMPLES = ceil(options.requests / len(operations))
    answers: Counter[int] = Counter()
    for operation in operations:
        with firm_transaction(acme):
            known = fuzzing.ids(operation.path)
        answers += fuzzing.fuzz(operation, token, known)
    slow = sum(1 for one in took if one > SLOW_MS)
    show(
        "fuzz",
        ("answer", "requests"),
        sorted(answers.items()),
        operations=len(operations),
        requests=answers.total(),
        seed=options.seed,
        p95_ms=round(percentile(took, 0.95), 1),
        slowest_ms=round(max(took), 1),
        slower_than_2_s=slow,
    )
    return 1 if slow else 0


def prepare() -> tuple[UUID, str]:
    """A firm, and a token of it that no bucket holds back."""
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    for name in ("PER_TOKEN", "PER_FIRM"):
        setattr(throttles, name, replace(getattr(throttles, name), burst=10**9, per_second=10.0**9))
    acme = Firm.objects.get(slug="acme").pk
    with firm_transaction(acme):
        alice = staff_actor("alice@acme.example")
        return acme, issue_token(alice, name="Fuzz", scopes=fuzzing.scopes(), expires_at=None)[1]


def timed(took: list[float]) -> Callable[..., Iterable[bytes]]:
    """The application, which notes how long each answer took, in milliseconds."""
    application = get_wsgi_application()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began = time.perf_counter()
        try:
            return application(environ, start_response)
        finally:
            took.append((time.perf_counter() - began) * 1000)

    return answer


if __name__ == "__main__":
    sys.exit(main())
