"""Write the list of the steps that macros can have."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from firmament.kernel.macros.reference import page

PLACE = Path("docs/reference/macro-steps.md")


class Command(BaseCommand):
    help = "Write docs/reference/macro-steps.md from the declarations, or print it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the page instead of printing it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(page())
            return
        (Path(settings.ROOT) / PLACE).write_text(page(), encoding="utf-8")
        self.stdout.write(f"{PLACE} is written.")
