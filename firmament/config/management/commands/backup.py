from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.config.archive import ArchiveFailed
from firmament.config.backup import back_up


class Command(BaseCommand):
    help = "Write the database, the files and a manifest with checksums into a new directory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        target = options["directory"].expanduser().resolve()
        try:
            digest = back_up(target)
        except ArchiveFailed as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Backed up into {target}\nSHA-256 of its manifest: {digest}")
