"""Measure search on a collection with known answers, in a database that is made for it and gone afterwards."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.config.environment import ROOT
from firmament.kernel.identity.founding import found_firm
from firmament.kernel.identity.models import User
from firmament.kernel.search.evaluation import NotACollection, evaluate, read_collection
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.postgres import EmbeddedPostgres

# Set for the inner process alone, which runs in the database that was made.
INSIDE = "FIRMAMENT_EVALUATING"
STOPPING_S = 30


class Command(BaseCommand):
    help = "Measure search on corpus.jsonl(.gz), queries.jsonl and qrels.tsv of a directory; prints JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        directory: Path = options["directory"].resolve()
        try:
            if INSIDE in os.environ:
                self.stdout.write(json.dumps(evaluate(_actor(), read_collection(directory))))
            else:
                read_collection(directory)
                # Who is told to stop still takes the database away.
                signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
                self.stdout.write(_in_a_database_of_its_own(directory))
        except NotACollection as problem:
            raise CommandError(str(problem)) from None


def _actor() -> Actor:
    """The first member of a firm made for the occasion."""
    name = f"evaluation-{secrets.token_hex(4)}"
    user = User.objects.create_user(f"{name}@search.invalid", "Evaluation", secrets.token_urlsafe(32))
    firm = found_firm(name="Evaluation", slug=name, admin=user)
    with firm_transaction(firm.pk):
        return Actor.of_staff(Membership.objects.select_related("user").get())


def _in_a_database_of_its_own(directory: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="firmament-evaluation-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        home = Path(place) / "home"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FIRMAMENT_") or name.startswith("FIRMAMENT_EMBEDDINGS")
        }
        environment.pop("DATABASE_URL", None)
        environment["FIRMAMENT_HOME"] = str(home)
        # Held here too, so that the server runs through both, and is gone before its directory is.
        postgres = EmbeddedPostgres(home / "postgres")
        try:
            _run(["upgrade"], environment)
            postgres.start()
            return _run(["evaluate_search", str(directory)], {**environment, INSIDE: "1"})
        finally:
            postgres.release()
            _until_stopped(postgres)


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(done.stderr.strip()[-2000:] or f"manage.py {arguments[0]} failed")
    return done.stdout.strip()


def _until_stopped(postgres: EmbeddedPostgres) -> None:
    """Wait for the supervisor to stop the server: a directory in use cannot be taken away whole."""
    for _ in range(STOPPING_S * 10):
        if not postgres.exists or not postgres.supervised():
            return
        time.sleep(0.1)
