from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.kernel.breakglass.operators import end_operator


class Command(BaseCommand):
    help = "Take an operator's access away, at once. Their past sessions stay in the firms' registers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not end_operator(email=options["email"]):
            raise CommandError(f"{options['email']} is no operator.")
        self.stdout.write(f"{options['email']} is an operator no more.")
