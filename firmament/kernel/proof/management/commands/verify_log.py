from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.kernel.proof.faults import Fault
from firmament.kernel.proof.models import Verification
from firmament.kernel.proof.verify import verify
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction


class Command(BaseCommand):
    help = "Verify the audit trail of one firm, or of all: rows, log, tree, checkpoints. Exit code 1 if one was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("firm", nargs="*", help="the firms' short names; all of them without one")

    def handle(self, *_args: Any, **options: Any) -> None:
        firms = Firm.objects.order_by("slug")
        if options["firm"]:
            firms = firms.filter(slug__in=options["firm"])
        broken = 0
        for firm in list(firms):
            with firm_transaction(firm.pk):
                row = verify(Actor.system("proof.verify_log"))
            broken += row.outcome == Verification.Outcome.BROKEN
            self.stdout.write(f"{firm.slug}: {row.size} entries, {row.get_outcome_display()}")
            for kept in row.faults:
                self.stdout.write(f"  {Fault.of_json(kept).sentence}")
        if broken:
            raise CommandError(f"The audit trail of {broken} firms was changed.")
