"""Snippets that carry follow-up steps: what kernel.macros runs of them."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F

from firmament.kernel.macros.records import Source
from firmament.kernel.macros.sources import Macro
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.snippets.models import SnippetVersion
from firmament.modules.snippets.reports.finding import usable_snippets

KIND = "snippets.snippet"


def macros_in_use(actor: Actor, pk: UUID | None) -> Iterator[Macro]:
    """The steps of the versions in use of what this person may insert; of one snippet, where its id is given."""
    rows = usable_snippets(actor) if pk is None else usable_snippets(actor).filter(pk=pk)
    versions = SnippetVersion.objects.filter(subject__in=rows, number=F("subject__active_number"))
    for version in versions.exclude(content__steps=[]).select_related("subject"):
        snippet = version.subject
        source = Source(kind=KIND, id=snippet.pk, number=version.number, title=snippet.title)
        yield Macro(source=source, steps=version.steps, about=snippet.description)
