"""Start-up checks: a rule that names no column, or a power nobody declared, must not wait for its first user."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from firmament.kernel.jobs.registry import job_specs
from firmament.kernel.policies.compile import located
from firmament.kernel.policies.fields import resolve
from firmament.kernel.policies.powers import Declaration, declarations, house_codes, renamed_powers
from firmament.kernel.policies.rules import Everyone, FieldIs, HasRole, HasScope, Rule, atoms
from firmament.kernel.tenancy.models import FirmModel


@register()
def check_policies(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """policies.E001–E006: see each message."""
    return [*_rules(), *_view_powers(), *_paths(), *_system_powers(), *_renamed()]


def _rules() -> Iterator[Error]:
    for declared in declarations():
        for label in declared.through:
            try:
                model = apps.get_model(label)
            except LookupError:
                yield Error(f"{declared.power}: there is no model {label}.", id="policies.E001")
                continue
            yield from _rule_fits(declared, model)


def _rule_fits(declared: Declaration, model: type[models.Model]) -> Iterator[Error]:
    prefix = declared.prefix(model._meta.label_lower) or ""
    for rule in declared.rules:
        for path in paths_of(rule):
            try:
                taken = resolve(model, located(path, model, prefix))
            except (ImproperlyConfigured, LookupError) as problem:
                yield Error(f"{declared.power}: {problem}.", id="policies.E002")
                continue
            if taken.many and any(
                isinstance(a, FieldIs) and a.field == path and None in a.values for a in atoms(rule)
            ):
                yield Error(
                    f"{declared.power}: {path} leads to many rows, so it cannot be empty.", id="policies.E002"
                )


def paths_of(rule: Rule) -> Iterator[str]:
    """The paths a rule asks about, as they were written."""
    for atom in atoms(rule):
        if not isinstance(atom, Everyone | HasRole | HasScope):
            yield atom.path if hasattr(atom, "path") else atom.field


def _view_powers() -> Iterator[Error]:
    known = {declared.power: declared for declared in declarations()}
    for model in apps.get_models():
        power = getattr(model, "view_power", "") if issubclass(model, FirmModel) else ""
        if power and power not in known:
            if not apps.is_installed(f"firmament.modules.{power.partition('.')[0]}"):
                # The kernel's own tables are shown by a room; without the room nobody shows them.
                continue
            yield Error(f"{model._meta.label}: its view_power {power} is not declared.", id="policies.E003")
        elif power:
            yield from _rule_fits(known[power], model)


def _paths() -> Iterator[Error]:
    for model in apps.get_models():
        if not issubclass(model, FirmModel):
            continue
        for path in filter(None, (model.client_path, model.engagement_path)):
            try:
                resolve(model, path)
            except ImproperlyConfigured as problem:
                yield Error(str(problem), id="policies.E004")
        if model.engagement_path and not model.client_path:
            yield Error(
                f"{model._meta.label}: hangs on an engagement but names no client_path, so a wall around the"
                " client would not hide it.",
                id="policies.E004",
            )


def _system_powers() -> Iterator[Error]:
    known = {declared.power for declared in declarations()}
    given = {code: spec.powers for code, spec in job_specs().items()} | dict(house_codes())
    for code, powers in sorted(given.items()):
        for power in sorted(powers - known):
            yield Error(f"{code}: works with the power {power}, which is not declared.", id="policies.E005")


def _renamed() -> Iterator[Error]:
    known = {declared.power for declared in declarations()}
    for old in sorted(renamed_powers().keys() & known):
        yield Error(f"{old}: a former name that is still declared; roles would lose it.", id="policies.E006")
