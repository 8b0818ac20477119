from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.config.archive import ArchiveFailed
from firmament.config.restore import restore


class Command(BaseCommand):
    help = "Restore a backup into an empty home, compare it with its manifest, and examine the result."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            restore(options["directory"].expanduser().resolve(), self.stdout.write)
        except ArchiveFailed as error:
            raise CommandError(str(error)) from None
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("doctor", stdout=self.stdout)
