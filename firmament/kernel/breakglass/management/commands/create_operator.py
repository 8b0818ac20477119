import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from firmament.kernel.breakglass.operators import make_operator


class Command(BaseCommand):
    help = (
        "Let a person run the installation: an operator, of no firm. Prints a password if the person is new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--timezone", default="UTC", help="Such as Europe/Berlin")

    def handle(self, *_args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(12)
        try:
            validate_email(options["email"])
            operator, made = make_operator(
                email=options["email"],
                name=options["name"],
                password=password,
                timezone=options["timezone"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{operator.user.name} runs this installation: /operate/")
        self.stdout.write(
            f"Sign in as {operator.user.email}, {f'password {password}' if made else 'with the password they have'}"
        )
