"""The base of a room's table of versions, where what is kept is a wording."""

from typing import Any

from firmament.kernel.versions.models import VersionModel


class WordingVersionModel(VersionModel):
    """A wording as it was written once: its texts by language, the fields it asks for, its follow-up steps.

    `content`: `{"bodies": {"en": "…"}, "fields": [wording.fields…], "steps": [{"code": …, "params": {…}}]}`.
    """

    class Meta:
        abstract = True

    @property
    def bodies(self) -> dict[str, str]:
        found: dict[str, str] = self.content["bodies"]
        return found

    @property
    def fields(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["fields"]
        return found

    @property
    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["steps"]
        return found
