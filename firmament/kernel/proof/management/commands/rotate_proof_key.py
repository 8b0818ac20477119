from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.kernel.proof.checkpoints import CannotSign, rotate_key
from firmament.kernel.proof.keeping import KeepDamaged
from firmament.kernel.tenancy.models import Firm


class Command(BaseCommand):
    help = "Sign a firm's audit trail with a new key from now on; the old private key is deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("firm", help="the firm's short name")
        parser.add_argument(
            "--lost", action="store_true", help="the old key is gone: the new one signs alone"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        firm = Firm.objects.filter(slug=options["firm"]).first()
        if firm is None:
            raise CommandError(f"There is no firm {options['firm']}.")
        try:
            signer = rotate_key(firm.pk, lost=options["lost"])
        except (CannotSign, KeepDamaged) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"New key: {signer.verifier}")
        self.stdout.write("Tell it to whoever keeps the firm's checkpoints.")
