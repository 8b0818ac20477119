"""Start-up checks: a table of versions that could lose one must not wait for its first user."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from firmament.kernel.tenancy.fields import FirmForeignKey
from firmament.kernel.versions.models import VersionModel


def version_models() -> list[type[VersionModel]]:
    """Every room's table of versions."""
    return [model for model in apps.get_models() if issubclass(model, VersionModel)]


@register()
def check_versions(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """versions.E001–E003: see each message."""
    return [problem for model in version_models() for problem in faults(model)]


def faults(model: type[VersionModel]) -> Iterator[Error]:
    """What is wrong with one table of versions."""
    label = model._meta.label
    try:
        subject = model.subject_field()
    except FieldDoesNotExist:
        yield Error(f"{label}: names no subject it is a version of.", id="versions.E001")
        return
    if not isinstance(subject, FirmForeignKey) or subject.null:
        yield Error(f"{label}.subject: is a FirmForeignKey, and never empty.", id="versions.E001")
    elif subject.remote_field.on_delete is not models.PROTECT:
        yield Error(
            f"{label}.subject: takes on_delete=PROTECT; versions are evidence and outlive a wish to delete.",
            id="versions.E002",
        )
    named = {constraint.name for constraint in model._meta.constraints}
    wanted = VersionModel.constraints_for(model._meta.db_table)
    laid = {trigger.name for trigger in model.triggers}
    if (
        not model.append_only
        or {constraint.name for constraint in wanted} - named
        or {trigger.name for trigger in VersionModel.triggers} - laid
    ):
        yield Error(
            f"{label}: has put aside append_only, the triggers or a constraint of VersionModel.",
            id="versions.E003",
        )
