"""Write, or check, the list of events and what each is the evidence of."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firmament.kernel.ledger.reference import page

PLACE = Path("docs/reference/audit-events.md")


class Command(BaseCommand):
    help = "Write docs/reference/audit-events.md from the declarations, or check that it is up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--write", action="store_true", help="write the page")
        what.add_argument("--check", action="store_true", help="fail when the page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        place = Path(settings.ROOT) / PLACE
        text = page()
        if options["write"]:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            self.stdout.write(f"{PLACE} is written.")
        elif not place.exists() or place.read_text(encoding="utf-8") != text:
            raise CommandError(f"{PLACE} is out of date: run manage.py audit_events --write.")
