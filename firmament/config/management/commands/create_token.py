from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now


class Command(BaseCommand):
    help = (
        "Make an API token for a person of a firm, and print it once. It never does more than the person may."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("firm", help="The firm's slug")
        parser.add_argument("email", help="Whose token it is")
        parser.add_argument("--name", default="Command line", help="What it is for")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            help="clients.view, clients.read, clients.*; may be repeated",
        )
        parser.add_argument("--days", type=int, default=90, help="Until it expires; at most 365")

    def handle(self, *_args: Any, **options: Any) -> None:
        firm = Firm.objects.filter(slug=options["firm"]).first()
        if firm is None:
            raise CommandError(f"There is no firm at /w/{options['firm']}/.")
        expires_at = now() + timedelta(days=options["days"])
        try:
            with firm_transaction(firm.pk):
                actor = self._actor(options["email"].strip().lower())
                _token, secret = issue_token(
                    actor, name=options["name"], scopes=options["scope"], expires_at=expires_at
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except Denied:
            raise CommandError(f"{options['email']} may not make tokens.") from None
        self.stdout.write(secret)
        self.stderr.write(f"Expires at {expires_at:%Y-%m-%d %H:%M} UTC. It is not shown again.")

    def _actor(self, email: str) -> Actor:
        member = (
            Membership.objects.select_related("user")
            .filter(user__email=email, state=Membership.State.ACTIVE, user__is_active=True)
            .first()
        )
        if member is None:
            raise CommandError(f"{email} is no active member of this firm.")
        return Actor.of_staff(member)
