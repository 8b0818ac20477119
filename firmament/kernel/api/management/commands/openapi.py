"""`manage.py openapi`: the API's document, printed; `--write` keeps it, `--check` holds it against what is kept."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from firmament.kernel.api.instance import api

KEPT = Path(__file__).resolve().parents[5] / "docs" / "reference" / "openapi.json"


class Command(BaseCommand):
    help = "Print the OpenAPI document of the API."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help=f"write {KEPT.name} in docs/reference")
        parser.add_argument(
            "--check", action="store_true", help="fail when the kept document is not this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        text = document()
        if options["write"]:
            KEPT.write_text(text)
        elif options["check"]:
            if not KEPT.exists() or KEPT.read_text() != text:
                raise CommandError("The API has changed. Look at the change, then: manage.py openapi --write")
        else:
            self.stdout.write(text)


def document() -> str:
    """The document as text, the same at every call."""
    # The addresses are read first: it is they that mount every room's router.
    prefix = reverse("api:api-root")
    return (
        json.dumps(api.get_openapi_schema(path_prefix=prefix), indent=1, sort_keys=True, ensure_ascii=False)
        + "\n"
    )
