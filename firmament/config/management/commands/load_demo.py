import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firmament.config.demo import load
from firmament.kernel.tenancy.models import Firm
from firmament.lib.secret_files import write_secret


class Command(BaseCommand):
    help = "Load the demo firm into an empty database and write its sign-ins to a file of one's own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins", required=True, help="The file to write: role, e-mail, password.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if Firm.objects.exists():
            raise CommandError("This database already holds firms; the demo goes only into an empty one.")
        sign_ins = [asdict(sign_in) for sign_in in load()]
        write_secret(Path(options["sign_ins"]), json.dumps(sign_ins, indent=1))
