"""The library as plain data, for files: all that a person sees, but for the archive."""

from dataclasses import asdict, astuple, dataclass
from typing import Any
from uuid import UUID

from firmament.kernel.labels.folders import folder_paths
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.actions import Kept
from firmament.modules.snippets.public import (
    AREA,
    Can,
    Reach,
    histories,
    latest_checksums,
    seen_snippets,
)

Entry = dict[str, Any]


def library(actor: Actor) -> list[Entry]:
    """One entry for each snippet, by key; seven queries, however many there are.

    People are named by e-mail address, teams and folders by name, other snippets by key. Who wrote a version and who
    approved it stays here: it is this firm's own evidence.
    """
    require(actor, Can.EXPORT)
    seen = seen_snippets(actor).standing()
    rows = list(seen.select_related("owner__user", "team").order_by("key"))
    hanging, paths = histories(rows), folder_paths(AREA)
    keys = {row.pk: row.key for row in rows}
    entries = [
        {
            "key": row.key,
            "shortcut": row.shortcut,
            "title": row.title,
            # A file's blank text says nothing.
            "description": row.description if row.description.strip() else "",
            "reach": row.reach,
            "team": row.team.name if row.team else "",
            "owner": row.owner.user.email,
            "folder": list(paths[row.folder_id]) if row.folder_id else [],
            "contexts": sorted(row.contexts),
            "tags": list(hanging[row.pk].tags),
            "default_locale": row.default_locale,
            "state": row.state,
            "active": row.active_number,
            "replacement": keys.get(row.replacement_id, ""),
            "grants": [asdict(share) for share in sorted(hanging[row.pk].shares, key=astuple)],
            "versions": [_said(kept) for kept in hanging[row.pk].versions],
        }
        for row in rows
    ]
    return sorted(entries, key=lambda one: (one["key"], one["reach"], one["team"], one["owner"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A snippet that is there. `whose`: the team's name, or the address of whoever owns a private one; else empty."""

    id: UUID
    key: str
    title: str
    shortcut: str
    reach: str
    whose: str
    mine: bool
    checksum: str


def known_snippets(actor: Actor) -> list[Known]:
    """All that the actor sees but for the archive, with the checksum of what each says last."""
    rows = seen_snippets(actor).standing().select_related("team", "owner__user")
    says = latest_checksums(actor)
    return [
        Known(
            id=row.pk,
            key=row.key,
            title=row.title,
            shortcut=row.shortcut,
            reach=row.reach,
            whose=row.owner.user.email if row.reach == Reach.PRIVATE else row.team.name if row.team else "",
            mine=row.owner_id == actor.membership_id,
            checksum=says[row.pk],
        )
        for row in rows
    ]


def _said(kept: Kept) -> Entry:
    return {**kept.content, "note": kept.note, "restored_from": kept.restored_from}
