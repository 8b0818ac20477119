"""What hangs on a snippet, for whoever keeps it elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from firmament.kernel.labels.tags import tags_of
from firmament.kernel.sharing.actions import Named, shares_named
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.actions import Kept, versions_kept
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetTag, SnippetVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions of a snippet from the first on, its tags, and whom it is shared with.

    Who wrote a version and who approved it is not in it: that is this firm's own evidence.
    """

    versions: tuple[Kept, ...]
    tags: tuple[str, ...]
    shares: tuple[Named, ...]


def histories(snippets: Collection[Snippet]) -> dict[UUID, History]:
    """By the snippet's id; three queries, however many there are."""
    tags, versions = tags_of(SnippetTag, snippets), versions_kept(SnippetVersion, snippets)
    shares = shares_named(SnippetGrant, snippets)
    return {
        snippet.pk: History(
            versions=tuple(versions[snippet.pk]),
            tags=tuple(tag.name for tag in tags.get(snippet.pk, [])),
            shares=tuple(shares.get(snippet.pk, [])),
        )
        for snippet in snippets
    }


def latest_checksums(actor: Actor) -> dict[UUID, str]:
    """What marks the text that each says last, by its id."""
    rows = SnippetVersion.objects.visible_to(actor).filter(number=F("subject__latest_number"))
    return dict(rows.values_list("subject", "checksum"))
