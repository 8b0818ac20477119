"""A row of a file becomes a snippet with its history, or a new version of one that is there; and back.

No approval comes along: whoever approved it elsewhere does not stand for this firm.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.labels.folders import folder_at
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import Team
from firmament.kernel.sharing.actions import Named
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.actions import Kept
from firmament.modules.snippets.public import (
    AREA,
    Can,
    Draft,
    State,
    advance_snippet,
    ask_approval,
    bring_snippet,
    put_snippet_away,
    replace_snippet,
    rewrite_snippet,
    seen_snippets,
    share_snippet,
    undo_version,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A snippet as a file has it. `draft` says what the last of `versions` does; `active` is the version in use."""

    draft: Draft
    versions: tuple[Kept, ...]
    folder: tuple[str, ...] = ()
    team: str = ""
    state: str = State.ACTIVE
    active: int | None = None
    replacement: str = ""
    shares: tuple[Named, ...] = ()


def import_snippet(actor: Actor, brought: Brought) -> UUID:
    """Make it with its whole history and as far along as may be: in use where nobody need approve it, else in review.

    Shares with people and teams that are not here fall away.
    """
    require(actor, Can.IMPORT)
    team = Team.objects.filter(name=brought.team).first() if brought.team else None
    folder = folder_at(actor, area=AREA, path=brought.folder)
    draft = replace(brought.draft, team_id=team.pk if team else None, folder_id=folder.pk if folder else None)
    used = brought.active if brought.state in (State.ACTIVE, State.DEPRECATED) else None
    pk = bring_snippet(actor, draft, brought.versions, used=used)
    for share in brought.shares:
        if (whom := share.whom()) is not None:
            share_snippet(actor, pk, whom, level=share.level)
    _bring_along(actor, pk, brought)
    return pk


def import_version(actor: Actor, pk: UUID, brought: Brought) -> UUID | None:
    """Let a snippet that is there say what the file says: the id of the new version, None where it says so already."""
    require(actor, Can.IMPORT)
    note = brought.versions[-1].note or _("Imported")
    version_id = rewrite_snippet(actor, pk, brought.draft, note=note)
    if version_id is not None and brought.state == State.ACTIVE:
        advance_snippet(actor, pk)
    return version_id


def take_back_snippet(actor: Actor, pk: UUID) -> None:
    """Undo `import_snippet`: to the archive, because versions are kept for good; its key is free again."""
    require(actor, Can.IMPORT)
    put_snippet_away(actor, pk)


def take_back_version(actor: Actor, version_id: UUID) -> None:
    """Undo `import_version`."""
    require(actor, Can.IMPORT)
    undo_version(actor, version_id, note=_("Import undone"))


def _bring_along(actor: Actor, pk: UUID, brought: Brought) -> None:
    """As far along as it was there and may be here."""
    snippet = seen_snippets(actor).get(pk=pk)
    waits = brought.state == State.ACTIVE and snippet.state == State.DRAFT and snippet.needs_approval
    if brought.state == State.IN_REVIEW or waits:
        ask_approval(actor, pk, note=_("Imported"))
    elif brought.state == State.DEPRECATED and snippet.state == State.ACTIVE:
        rows = seen_snippets(actor).in_use().filter(key=brought.replacement)
        if (other := rows.nearest_first(actor.membership_id).first()) is not None:
            replace_snippet(actor, pk, by=other.pk)
