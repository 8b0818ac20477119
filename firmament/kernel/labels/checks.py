"""Start-up checks: tagged things that renaming could not follow, and folders that lead nowhere."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import UniqueConstraint
from django.urls import NoReverseMatch, reverse

from firmament.kernel.labels.areas import FolderArea, folder_areas
from firmament.kernel.labels.models import Folder, TaggingModel
from firmament.kernel.labels.tags import tagging_models


@register()
def check_labels(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """labels.E001–E004: see each message."""
    return [
        *(problem for model in tagging_models() for problem in faults(model)),
        *(problem for area in folder_areas() for problem in faults_of_area(area)),
    ]


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


def faults_of_area(area: FolderArea) -> Iterator[Error]:
    """What is wrong with what a room declares about its folders."""
    try:
        reverse(area.url_name, kwargs={"firm": "firm"})
    except NoReverseMatch as problem:
        yield Error(f"{area.area}: the list beside its folders is not there. {problem}", id="labels.E003")
    try:
        leads = area.model._meta.get_field(area.through).related_model
    except (LookupError, FieldDoesNotExist, AssertionError) as problem:
        yield Error(f"{area.area}: {problem}.", id="labels.E004")
        return
    if leads is not Folder:
        yield Error(f"{area.area}: {area.label}.{area.through} leads to no folder.", id="labels.E004")
