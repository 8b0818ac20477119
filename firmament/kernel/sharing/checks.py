"""A start-up check: a table of shares in which one could stand twice, or name nobody, must not wait for its first user."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from firmament.kernel.sharing.models import ShareModel


@register()
def check_sharing(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """sharing.E001–E002: see each message."""
    tables = [model for model in apps.get_models() if issubclass(model, ShareModel)]
    return [problem for table in tables for problem in faults(table)]


def faults(table: type[ShareModel]) -> Iterator[Error]:
    """What is wrong with one table of shares."""
    label = table._meta.label
    try:
        thing = table.thing_name()
    except ValueError:
        yield Error(
            f"{label}: has exactly one FirmForeignKey of its own, to the thing shared.", id="sharing.E001"
        )
        return
    laid = table._meta.constraints
    if any(
        not any(
            given.deconstruct()[2] | {"name": ""} == wanted.deconstruct()[2] | {"name": ""} for given in laid
        )
        for wanted in ShareModel.constraints_of("", thing)
    ):
        yield Error(f"{label}: its Meta lacks a constraint of ShareModel.constraints_of.", id="sharing.E002")
