"""Bringing a database up to its migrations.

Django renders a model anew, with every model it is related to, after each constraint and index that a migration adds. Here all
tables refer to the firm, so each of them rendered dozens of models: two thirds of the time of a first start. What a
constraint changes of a rendered model is one list, so that list is changed instead. This stands on private parts of Django
5.2's migration state; the tests beside it fail when an upgrade changes them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db.migrations.state import ProjectState


def migrate(alias: str) -> None:
    """Apply what is not applied yet, over this connection."""
    with constraints_in_place():
        call_command("migrate", database=alias, interactive=False, verbosity=0)


@contextmanager
def constraints_in_place() -> Iterator[None]:
    """While it lasts, rendered models learn of constraints and indexes without being rendered again."""

    stock = ProjectState._append_option, ProjectState._remove_option  # type: ignore[attr-defined]
    ProjectState._append_option, ProjectState._remove_option = _append, _remove  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._append_option, ProjectState._remove_option = stock  # type: ignore[attr-defined]


def _append(state: ProjectState, app: str, model: str, option: str, added: Any) -> None:
    _change(state, app, model, option, lambda held: [*held, added])


def _remove(state: ProjectState, app: str, model: str, option: str, name: str) -> None:
    _change(state, app, model, option, lambda held: [one for one in held if one.name != name])


def _change(
    state: ProjectState, app: str, model: str, option: str, change: Callable[[list[Any]], list[Any]]
) -> None:
    described = state.models[app, model]
    described.options[option] = change(described.options[option])
    if "apps" in state.__dict__:
        # Asked for while it is not there, it would render all models. The state before the operation has the same model:
        # an operation takes what it removes from that state's description, and not from its models.
        meta: Any = state.apps.get_model(app, model)._meta
        setattr(meta, option, change(list(getattr(meta, option))))
        meta.__dict__.pop("total_unique_constraints", None)
