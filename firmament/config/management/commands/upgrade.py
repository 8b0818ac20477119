from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from firmament.config.database import note_upgraded
from firmament.config.environment import SettingsWrong, environment
from firmament.config.upgrade import upgrade


class Command(BaseCommand):
    help = "Bring this installation up to date: roles, migrations, cache table, tenancy law, static files."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            upgrade(self.stdout.write)
        except SettingsWrong as error:
            raise CommandError(str(error)) from None
        call_command("collectstatic", interactive=False, verbosity=0)
        note_upgraded(environment())
