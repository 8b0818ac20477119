"""What a verification may find, in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class What(models.TextChoices):
    """What happened to an entry, or to the log itself."""

    EDITED = "edited", gettext_lazy("Edited")
    DELETED = "deleted", gettext_lazy("Deleted")
    INSERTED = "inserted", gettext_lazy("Inserted past the log")
    SWAPPED = "swapped", gettext_lazy("Exchanged with another")
    TRUNCATED = "truncated", gettext_lazy("Cut off")
    HASH = "hash", gettext_lazy("Hash in the log changed")
    UNNUMBERED = "unnumbered", gettext_lazy("Number taken away")
    REWRITTEN = "rewritten", gettext_lazy("Log rewritten")
    TREE = "tree", gettext_lazy("Tree changed")
    CHECKPOINT = "checkpoint", gettext_lazy("Checkpoint changed")
    KEY = "key", gettext_lazy("Key not ours")
    FILES = "files", gettext_lazy("Files of the proof damaged")
    VALUE = "value", gettext_lazy("Personal value changed")
    WAITING = "waiting", gettext_lazy("Not numbered in time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was. `seq` is the entry's number, None where it has none; `until`: of several, the
    one after the last; `object_id` the row's id, "" where it is not known."""

    what: What
    seq: int | None = None
    until: int | None = None
    object_id: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "what": self.what.value}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Fault":
        return cls(**{**kept, "what": What(kept["what"])})

    @property
    def sentence(self) -> str:
        """In plain words, for whoever has to act on it."""
        places = {"seq": self.seq, "id": self.object_id, "until": (self.until or 1) - 1, "note": self.note}
        return SENTENCES[self.what]().format_map(places)


SENTENCES = {
    What.EDITED: lambda: _("Entry {seq} was edited after it had been signed ({id})."),
    What.DELETED: lambda: _("Entry {seq} was deleted ({id})."),
    What.INSERTED: lambda: _("An entry was put into the trail past the log: {id} has no number."),
    What.SWAPPED: lambda: _("Entry {seq} was exchanged with entry {note} ({id})."),
    What.TRUNCATED: lambda: _(
        "The log was cut off: the entries from {seq} to {until} were signed and are gone."
    ),
    What.HASH: lambda: _(
        "The hash of entry {seq} in the log was changed; the entry itself is as it was ({id})."
    ),
    What.UNNUMBERED: lambda: _("Number {seq} was taken out of the log."),
    What.REWRITTEN: lambda: _(
        "Between entry {seq} and entry {until} the log was rewritten: it does not lead to the signed checkpoint."
    ),
    What.TREE: lambda: _("A stored part of the tree, from entry {seq} on, was changed."),
    What.CHECKPOINT: lambda: _("The checkpoint over {note} entries was changed or forged."),
    What.KEY: lambda: _("A checkpoint is signed with a key that this installation does not hold: {note}."),
    What.FILES: lambda: _("The files that are kept outside of the database are damaged: {note}"),
    What.VALUE: lambda: _("A personal value of entry {seq} is not the one that was recorded: {note} ({id})."),
    What.WAITING: lambda: _("{note} entries have waited for their numbers for more than ten minutes."),
}
