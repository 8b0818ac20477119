"""Start-up checks: a table of tagged things that renaming and merging could not follow."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db.models import UniqueConstraint

from firmament.kernel.labels.models import TaggingModel
from firmament.kernel.labels.tags import tagging_models


@register()
def check_labels(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """labels.E001–E002: see each message."""
    return [problem for model in tagging_models() for problem in faults(model)]


def faults(model: type[TaggingModel]) -> Iterator[Error]:
    """What is wrong with one table of tagged things."""
    label = model._meta.label
    try:
        subject = model.subject_name()
    except ValueError:
        yield Error(
            f"{label}: has exactly one FirmForeignKey besides the tag, to the thing tagged.", id="labels.E001"
        )
        return
    once = [("firm", subject, "tag"), ("firm", "tag", subject)]
    if not any(
        isinstance(constraint, UniqueConstraint) and constraint.fields in once and not constraint.condition
        for constraint in model._meta.constraints
    ):
        yield Error(f"{label}: lacks the unique constraint on firm, {subject}, tag.", id="labels.E002")
