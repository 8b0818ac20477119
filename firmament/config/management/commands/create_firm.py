import secrets
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from firmament.config.environment import environment
from firmament.kernel.identity.founding import found_firm
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.models import Firm


class Command(BaseCommand):
    help = "Found a firm with its first administrator; prints a password if the person is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Its part of every address: /w/<slug>/")
        parser.add_argument("name", help="As its clients know it")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--timezone", default="UTC", help="Such as Europe/Berlin")
        parser.add_argument("--currency", default="EUR")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug, email = options["slug"], options["admin_email"].strip().lower()
        self._check(slug, email, options["timezone"])
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            user = User.objects.filter(email=email).first()
            known = user is not None
            admin = user or User.objects.create_user(
                email, options["admin_name"], password, timezone=options["timezone"]
            )
            found_firm(
                name=options["name"],
                slug=slug,
                admin=admin,
                timezone=options["timezone"],
                currency=options["currency"],
            )
        self.stdout.write(f"{options['name']}: {environment().public_url}/w/{slug}/")
        self.stdout.write(
            f"Sign in as {email}, {'with the password they have' if known else f'password {password}'}"
        )

    def _check(self, slug: str, email: str, timezone: str) -> None:
        try:
            validate_slug(slug)
            validate_email(email)
            ZoneInfo(timezone)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (ZoneInfoNotFoundError, ValueError):
            raise CommandError(f"There is no time zone called {timezone}.") from None
        if slug != slug.lower():
            raise CommandError("The slug is part of addresses; write it in small letters.")
        if Firm.objects.filter(slug=slug).exists():
            raise CommandError(f"There is a firm at /w/{slug}/ already.")
