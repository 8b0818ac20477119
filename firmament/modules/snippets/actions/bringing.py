"""Wording that was written elsewhere: a snippet with its whole history; and the way back from a version."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.actions import Kept, bring_version
from firmament.modules.snippets.actions.governing import activate_snippet, may_be_used, withdraw_requests
from firmament.modules.snippets.actions.nesting import check_content, hold_nesting
from firmament.modules.snippets.actions.writing import Draft, begin_snippet, point_at, restore_version
from firmament.modules.snippets.models import Snippet, SnippetVersion


def bring_snippet(actor: Actor, draft: Draft, versions: Sequence[Kept], *, used: int | None) -> Snippet:
    """A new snippet with these versions, the last of which says what the draft does.

    The version `used` is put in use where that may be. No approval comes along: whoever approved it elsewhere does not
    stand for this firm.
    """
    hold_nesting()
    snippet = begin_snippet(actor, draft)
    for number, kept in enumerate(versions, 1):
        if number in (used, len(versions)):
            check_content(actor, snippet, kept.content)
        version = bring_version(actor, snippet, SnippetVersion, kept)
        point_at(actor, snippet, version)
        if number == used and may_be_used(snippet):
            activate_snippet(actor, snippet)
            snippet.refresh_from_db()
    return snippet


def undo_version(actor: Actor, version: SnippetVersion, *, note: str) -> None:
    """Let the snippet say again what it did before its latest version, and use that where the latest was in use."""
    snippet = version.subject
    if snippet.latest_number != version.number:
        raise ValidationError(_("A newer version was written since."), code="newer")
    withdraw_requests(actor, snippet)
    restore_version(actor, snippet, number=version.number - 1, note=note)
    if snippet.active_number == version.number:
        snippet.refresh_from_db()
        activate_snippet(actor, snippet)
