from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firmament.config.doctor import Verdict, examine

MARKS = {Verdict.OK: "  ok   ", Verdict.WARNING: "  look ", Verdict.WRONG: "  WRONG"}


class Command(BaseCommand):
    help = "Check settings, database, roles, tenancy law, storage, mail, scanner and clock; exit code 1 if one is wrong."
    # Its own questions come first, in words; Django's checks would stop it with a traceback.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        wrong = 0
        for finding in examine():
            wrong += finding.verdict == Verdict.WRONG
            self.stdout.write(f"{MARKS[finding.verdict]}  {finding.subject:<12} {finding.text}")
        if wrong:
            raise CommandError(f"{wrong} wrong.")
