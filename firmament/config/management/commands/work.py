import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from firmament.kernel.jobs.registry import Lane
from firmament.kernel.jobs.worker import main


class Command(BaseCommand):
    help = "Run jobs until told to stop (SIGTERM or SIGINT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lane",
            action="append",
            choices=[lane.value for lane in Lane],
            help="Only this lane; may be repeated.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        sys.exit(main(options["lane"]))
