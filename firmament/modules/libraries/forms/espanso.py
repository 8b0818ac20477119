"""Snippets as Espanso's matches, and those as snippets."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from firmament.kernel.web.imports import NOTES
from firmament.kernel.wording.espanso import match_of, wording_of
from firmament.lib.espanso import Match, read_matches, write_matches
from firmament.lib.plain_yaml import YamlError
from firmament.lib.tabular.table import TableError
from firmament.modules.snippets.public import Context, Reach, State

Entry = dict[str, Any]
NEAREST = (Reach.PRIVATE, Reach.TEAM, Reach.FIRM)


def write_espanso(entries: Sequence[Entry]) -> bytes:
    """What is in use, in its first language; a comment names what says more than Espanso can."""
    matches: dict[str, Match] = {}
    left_out = []
    # What two share a trigger for is what the nearer one says.
    for entry in sorted(entries, key=lambda one: NEAREST.index(one["reach"])):
        if entry["state"] != State.ACTIVE:
            continue
        version = entry["versions"][entry["active"] - 1]
        bodies = version["bodies"]
        match = match_of(
            bodies.get(entry["default_locale"], bodies[min(bodies)]),
            version["fields"],
            trigger=f";{entry['shortcut'] or entry['key']}",
            label=entry["title"],
        )
        if match is None or matches.setdefault(match.triggers[0], match) is not match:
            left_out.append(entry["key"])
    heading = (
        [f"Left out, because Espanso cannot say them: {', '.join(sorted(left_out))}"] if left_out else []
    )
    return write_matches((matches[trigger] for trigger in sorted(matches)), heading=heading)


def read_espanso(content: bytes) -> list[Entry]:
    """Each match as a snippet of one's own, in use at once, for every place."""
    try:
        return [_entry(match) for match in read_matches(content)]
    except YamlError as error:
        raise TableError(str(error)) from error


def _entry(match: Match) -> Entry:
    names = list(filter(None, map(_plain_name, match.triggers)))
    notes = list(match.notes)
    if len(match.triggers) > 1:
        notes.append(_("Further triggers are left out: %(all)s.") % {"all": ", ".join(match.triggers[1:])})
    body, fields = wording_of(match)
    title = match.label or next((piece for piece in match.pieces if isinstance(piece, str)), "")
    return {
        "key": names[0] if names else "",
        "shortcut": names[0][:32].rstrip("-") if names else "",
        "title": " ".join(title.split())[:80].strip() or "".join(match.triggers[:1]),
        "contexts": list(Context),
        "versions": [] if match.fault else [{"bodies": {"en": body}, "fields": fields, "steps": []}],
        "fault": match.fault,
        NOTES: notes,
    }


def _plain_name(trigger: str) -> str:
    """“;Ty” → “ty”: what may be a key and a shortcut."""
    return re.sub(r"[^a-z0-9]+", "-", trigger.lower()).strip("-")[:60].rstrip("-")
