"""Read everything into the search index anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firmament.kernel.search.indexing import index
from firmament.kernel.search.pending import ask_for_meaning
from firmament.kernel.search.rebuilding import batches, forget_gone
from firmament.kernel.search.sources import source_of, sources
from firmament.kernel.search.weighing import weigh
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import each_firm, firm_transaction


class Command(BaseCommand):
    help = "Read every object into the search index anew; vectors follow in the background."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--firm", default="", help="the address of one firm; all of them without it")
        parser.add_argument("--kind", default="", help="one kind, such as clients.client")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] and source_of(options["kind"].lower()) is None:
            known = ", ".join(source.kind for source in sources())
            raise CommandError(f"There is no kind {options['kind']}. Known: {known}.")
        firms = [firm.pk for firm in each_firm(reason="The search index is made anew.")]
        wanted = Firm.objects.filter(pk__in=firms)
        if options["firm"]:
            wanted = wanted.filter(slug=options["firm"])
            if not wanted:
                raise CommandError(f"There is no firm {options['firm']}.")
        for firm in wanted:
            self._reindex(firm, [options["kind"]] if options["kind"] else None)

    def _reindex(self, firm: Firm, kinds: list[str] | None) -> None:
        for source in sources(kinds):
            read = changed = 0
            with firm_transaction(firm.pk):
                hands = list(batches(source))
            for hand in hands:
                with firm_transaction(firm.pk):
                    changed += index(source, hand)
                read += len(hand)
            with firm_transaction(firm.pk):
                gone = forget_gone(source)
                ask_for_meaning()
            self.stdout.write(f"{firm.slug} {source.kind}: {read} read, {changed} changed, {gone} forgotten")
        with firm_transaction(firm.pk):
            weigh()
