from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firmament.config.database import note_upgraded
from firmament.config.environment import SettingsWrong, environment
from firmament.config.upgrade import upgrade


class Command(BaseCommand):
    help = "Bring the database up to date: roles, migrations, cache table, tenancy law."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            upgrade(self.stdout.write)
        except SettingsWrong as error:
            raise CommandError(str(error)) from None
        note_upgraded(environment())
