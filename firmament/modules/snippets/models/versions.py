"""What a snippet says, and what it contains."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.wording.models import WordingVersionModel
from firmament.modules.snippets.models.snippets import Snippet


class SnippetVersion(WordingVersionModel):
    """What a snippet says, as it was written once."""

    view_power = "snippets.view"

    subject = FirmForeignKey(Snippet, on_delete=models.PROTECT)


class IncludeQuerySet(FirmQuerySet):
    def in_use(self) -> Self:
        """Those of the versions that insertions use."""
        return self.filter(
            number=F("snippet__active_number"),
            snippet__state__in=[Snippet.State.ACTIVE, Snippet.State.DEPRECATED],
        )

    def current(self) -> Self:
        """Those of the versions in use and of the latest ones; older versions are history."""
        return self.filter(Q(number=F("snippet__active_number")) | Q(number=F("snippet__latest_number")))


class SnippetInclude(FirmModel):
    """A version of a snippet that contains another snippet."""

    view_power = "snippets.view"
    append_only: ClassVar[bool] = True

    snippet = FirmForeignKey(Snippet, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    included = FirmForeignKey(Snippet, on_delete=models.PROTECT)

    objects: ClassVar = IncludeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "snippet", "number", "included"], name="include_once"),
            models.CheckConstraint(
                condition=~Q(snippet=F("included")),
                name="include_is_of_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.snippet_id} {self.number} {self.included_id}"
