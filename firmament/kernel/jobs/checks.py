"""Start-up checks: a job that is not loaded is a promise nobody keeps."""

import sys
from collections.abc import Iterator
from typing import Any

from croniter import croniter  # type: ignore[import-untyped]
from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import module_has_submodule

from firmament.kernel.jobs import registry


@register()
def check_jobs(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """jobs.E001–E006: see each message."""
    return [
        *_duplicates(),
        *_unloaded(),
        *_unknown_events(),
        *_bad_crons(),
        *_bad_signatures(),
        *_unasked(),
    ]


def _duplicates() -> Iterator[Error]:
    for first, second in registry.duplicates:
        yield Error(
            f"Two jobs are called {first.code}: {first.place} and {second.place}.",
            hint="Give one of them a code of its own; runs in the queue are found by it.",
            id="jobs.E001",
        )


def _unloaded() -> Iterator[Error]:
    for config in apps.get_app_configs():
        if _has_jobs(config) and f"{config.name}.jobs" not in sys.modules:
            yield Error(f"{config.name}.jobs is not imported, so its jobs would never run.", id="jobs.E002")


def _has_jobs(config: AppConfig) -> bool:
    return config.module is not None and module_has_submodule(config.module, "jobs")


def _unknown_events() -> Iterator[Error]:
    for spec in registry.job_specs().values():
        if spec.kind is not registry.Kind.EVENT:
            continue
        known = registry.event_known
        if not spec.event or (known is not None and not known(spec.event)):
            yield Error(
                f"{spec.place} follows the event {spec.event!r}, which no room declares.", id="jobs.E003"
            )


def _bad_crons() -> Iterator[Error]:
    for spec in registry.job_specs().values():
        if spec.cron and (len(spec.cron.split()) != 5 or not croniter.is_valid(spec.cron)):
            yield Error(f"{spec.place} has {spec.cron!r}, which is not five cron fields.", id="jobs.E004")


def _bad_signatures() -> Iterator[Error]:
    for spec in registry.job_specs().values():
        if spec.outside and not registry.takes_run(spec.function):
            yield Error(
                f"{spec.place} speaks to the outside, so its first parameter is `run`.", id="jobs.E005"
            )
        if spec.kind is registry.Kind.REQUEST and not registry.takes_run(spec.function):
            yield Error(f"{spec.place} is started by name, so its first parameter is `run`.", id="jobs.E005")


def _unasked() -> Iterator[Error]:
    for spec in registry.job_specs().values():
        if spec.as_person and not spec.asks:
            yield Error(
                f"{spec.place} works for a person and does not say which power it asks again (asks=…).",
                id="jobs.E006",
            )
