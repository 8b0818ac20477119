"""What other rooms may ask about wording: ids in, frozen facts out; with an actor, only what that actor may see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.versions.actions import Kept
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.filling import Wording
from firmament.modules.snippets.actions import bringing, governing, sharing, writing
from firmament.modules.snippets.actions.writing import AREA, Draft
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetQuerySet, SnippetVersion
from firmament.modules.snippets.models.snippets import LOCALE
from firmament.modules.snippets.policies import HAS_IT, Can
from firmament.modules.snippets.reports.finding import (
    SnippetCard,
    cards_of,
    find_snippets,
    in_its_place,
    usable_snippets,
)
from firmament.modules.snippets.reports.history import History, histories, latest_checksums
from firmament.modules.snippets.reports.wording import wording_of

Context, Level, Reach, State = Snippet.Context, SnippetGrant.Level, Snippet.Reach, Snippet.State

__all__ = [
    "AREA",
    "HAS_IT",
    "LOCALE",
    "Can",
    "Context",
    "Draft",
    "History",
    "Level",
    "Reach",
    "SnippetCard",
    "State",
    "advance_snippet",
    "ask_approval",
    "bring_snippet",
    "cards_of",
    "field_of",
    "find_snippets",
    "held_wording",
    "histories",
    "in_its_place",
    "latest_checksums",
    "put_snippet_away",
    "replace_snippet",
    "rewrite_snippet",
    "seen_snippets",
    "share_snippet",
    "undo_version",
    "usable_snippets",
    "wording_of",
]


def seen_snippets(actor: Actor) -> SnippetQuerySet:
    """What this person has, for a room that counts and lists what became of it."""
    found: SnippetQuerySet = Snippet.objects.visible_to(actor)
    return found


def field_of(name: str) -> Any:
    """How a snippet calls one of its own facts, and what it takes for it."""
    return Snippet._meta.get_field(name)


def bring_snippet(actor: Actor, draft: Draft, versions: Sequence[Kept], *, used: int | None) -> UUID:
    """A new one with its whole history; in use at the version `used` where that may be."""
    return bringing.bring_snippet(actor, draft, versions, used=used).pk


def rewrite_snippet(actor: Actor, snippet_id: UUID, draft: Draft, *, note: str) -> UUID | None:
    """Write a new version alone: its id, None where the snippet says so already."""
    version = writing.rewrite_snippet(actor, _seen(actor, snippet_id), draft, note=note)
    return version.pk if version is not None else None


def undo_version(actor: Actor, version_id: UUID, *, note: str) -> None:
    """Let a snippet say again, and use, what it did before this version of it, which is still its latest."""
    rows = SnippetVersion.objects.visible_to(actor).select_related("subject")
    bringing.undo_version(actor, rows.get(pk=version_id), note=note)


def advance_snippet(actor: Actor, snippet_id: UUID) -> None:
    """Put the latest version in use, or ask for the approval that it needs first."""
    governing.advance_snippet(actor, _seen(actor, snippet_id))


def ask_approval(actor: Actor, snippet_id: UUID, *, note: str) -> None:
    """Ask somebody else to approve the latest version."""
    governing.ask_approval(actor, _seen(actor, snippet_id), note=note)


def replace_snippet(actor: Actor, snippet_id: UUID, *, by: UUID) -> None:
    """Offer another one that is in use instead."""
    governing.deprecate_snippet(actor, _seen(actor, snippet_id), replacement=_seen(actor, by))


def share_snippet(actor: Actor, snippet_id: UUID, whom: Membership | Team, *, level: str) -> None:
    """Let a person or a team use, change or approve it."""
    sharing.share_snippet(actor, _seen(actor, snippet_id), whom, level=level)


def put_snippet_away(actor: Actor, snippet_id: UUID) -> None:
    """Into the archive, with what is asked about it taken back; one that was put away since is no matter."""
    snippet = seen_snippets(actor).standing().filter(pk=snippet_id).first()
    if snippet is not None:
        governing.withdraw_requests(actor, snippet)
        governing.archive_snippet(actor, snippet)


def held_wording(actor: Actor, snippet_id: UUID, *, channel: str) -> Wording:
    """What the version in use says, held as it is until the transaction ends.

    `Denied` for whoever may not insert it; `WordingError` where it is meant for other texts.
    """
    snippet = Snippet.objects.get(pk=snippet_id)
    require(actor, Can.USE, snippet)
    # In one order, so that two insertions that share snippets never wait for each other in a circle.
    ids = [part.subject_id for part in wording_of(snippet).parts]
    rows = Snippet.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    held = {row.pk: row for row in rows}
    # Again: while this waited, somebody may have archived it, or put another version in use.
    snippet = held[snippet_id]
    require(actor, Can.USE, snippet)
    # What is meant for internal notes alone was approved by nobody.
    if channel not in snippet.contexts:
        raise WordingError(_("This is not meant for a text of this kind."))
    wording = wording_of(snippet)
    if not {part.subject_id for part in wording.parts} <= held.keys():
        raise WordingError(_("It was changed at this very moment. Insert it again."))
    return wording


def _seen(actor: Actor, snippet_id: UUID) -> Snippet:
    found: Snippet = Snippet.objects.visible_to(actor).get(pk=snippet_id)
    return found
