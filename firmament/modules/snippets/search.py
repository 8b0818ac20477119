"""Wording by what it is called, what it is for, and what it says."""

import re

from django.utils.translation import gettext_lazy as _

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.declaring import declare_source
from firmament.kernel.search.sources import Page, Source
from firmament.modules.snippets.models import Snippet, SnippetVersion

# What stands in braces is for the machine; a word of it would only mislead.
LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def snippet_page(snippet: Snippet) -> Page | None:
    """The version in use, or the latest where none is, in every language. The archive is not found."""
    number = snippet.active_number or snippet.latest_number
    version = SnippetVersion.objects.filter(subject=snippet, number=number).first()
    if snippet.state == Snippet.State.ARCHIVED or version is None:
        return None
    return Page(
        title=snippet.title,
        subtitle=snippet.description,
        keys=tuple(key for key in (snippet.key, snippet.shortcut) if key),
        body=tuple(Section("", LIQUID.sub(" ", body)) for _code, body in sorted(version.bodies.items())),
        language=snippet.default_locale,
    )


SNIPPETS = declare_source(
    Source(
        model="snippets.Snippet",
        label=_("Snippets"),
        icon="template",
        page=snippet_page,
        url="snippets:snippet",
        owner="owner_id",
        team="team_id",
        facts=("reach",),
    )
)
