"""What jobs there are. `jobs.py` of every room declares them; nothing else does.

This floor lies below the ledger and below policies, so both are reached through hooks that they set
when the process starts. Unset hooks fail closed.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from firmament.kernel.jobs.errors import NotAuthorized

if TYPE_CHECKING:
    from firmament.kernel.jobs.models import JobRun
    from firmament.kernel.tenancy.actor import Actor

Function = TypeVar("Function", bound=Callable[..., None])


class Lane(models.TextChoices):
    """Who waits for it: a person now, somebody soon, nobody in particular."""

    NOW = "now", _("Now")
    SOON = "soon", _("Soon")
    BULK = "bulk", _("Bulk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """At most `tries` failures; before the next try a wait drawn evenly from 0 to min(longest, first · 2ⁿ⁻¹).

    Full jitter: after an outage, jobs that failed together must not come back together.
    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    tries: int
    first: timedelta
    longest: timedelta


class Retry(Enum):
    """How often what may heal is tried before a person has to look."""

    NEVER = Backoff(tries=1, first=timedelta(seconds=1), longest=timedelta(seconds=1))
    TRANSIENT = Backoff(tries=8, first=timedelta(seconds=2), longest=timedelta(minutes=15))
    PATIENT = Backoff(tries=14, first=timedelta(seconds=20), longest=timedelta(hours=4))


class Kind(Enum):
    """What starts it."""

    REQUEST = "request"
    EVENT = "event"
    CLOCK = "clock"


class EventClass(Protocol):
    """What @on needs to know of an event."""

    @property
    def code(self) -> str:
        """Its code in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One declared job."""

    code: str
    function: Callable[..., None]
    kind: Kind
    lane: Lane
    retry: Retry
    outside: bool
    powers: frozenset[str]
    wants_run: bool
    as_person: bool = False
    asks: tuple[str, ...] = ()
    event: str = ""
    cron: str = ""

    @property
    def for_a_person(self) -> bool:
        """Whether it works for whoever asked, with their powers; else it is the house's own work."""
        return self.as_person or self.kind is Kind.REQUEST

    @property
    def place(self) -> str:
        """Where it is written, as module:function."""
        return f"{self.function.__module__}:{self.function.__qualname__}"


@dataclass(frozen=True, slots=True)
class Beat:
    """A chore of the worker itself: `function` every so many seconds, by one worker of all. It handles its own errors."""

    seconds: float
    function: Callable[[], int]


beats: list[Beat] = []
_jobs: dict[str, JobSpec] = {}
duplicates: list[tuple[JobSpec, JobSpec]] = []


def _no_event(entry_id: UUID) -> object:
    raise NotAuthorized("No ledger is loaded that could tell what happened.")


def _no_actor(run: "JobRun") -> "Actor":
    raise NotAuthorized("Nobody can vouch for the person this run works for.")


# Set by the ledger: the event of an entry; whether any room declares an event of this code; and what to
# write down about a run that has become a dead letter (inside the transaction that buries it).
event_loader: Callable[[UUID], object] = _no_event
event_known: Callable[[str], bool] | None = None
on_dead: Callable[["JobRun"], None] | None = None
# Set by policies: what to write down about a run that ended because somebody may not, in a transaction of its own.
on_refused: Callable[["JobRun", JobSpec, Exception], None] | None = None
# Set by policies or identity: the person a run works for, as they are now; raises NotAuthorized.
actor_loader: Callable[["JobRun"], "Actor"] = _no_actor


def job(
    code: str = "",
    *,
    lane: Lane = Lane.SOON,
    retry: Retry = Retry.TRANSIENT,
    outside: bool = False,
    powers: Iterable[str] = (),
) -> Callable[[Function], Function]:
    """A job started by name: `f(run, **ids)`. It acts as the person who asked, or as the house if the house did."""
    return _declare(Kind.REQUEST, code=code, lane=lane, retry=retry, outside=outside, powers=powers)


def on(
    event: EventClass,
    *,
    code: str = "",
    lane: Lane = Lane.SOON,
    retry: Retry = Retry.TRANSIENT,
    outside: bool = False,
    powers: Iterable[str] = (),
    as_person: bool = False,
    asks: Iterable[str] = (),
) -> Callable[[Function], Function]:
    """What follows an event: `f(event)`, or `f(run, event)`.

    `as_person`: the run works for the person whose act the event is (an import, an export), with their powers
    asked again at the start and at each beat; otherwise it acts as the house. `asks` says which: names of powers, or
    in words where that depends on what was asked for.
    """
    return _declare(
        Kind.EVENT,
        code=code,
        lane=lane,
        retry=retry,
        outside=outside,
        powers=powers,
        as_person=as_person,
        asks=tuple(str(power) for power in asks),
        event=event.code,
    )


def every(
    cron: str,
    code: str = "",
    *,
    lane: Lane = Lane.BULK,
    retry: Retry = Retry.TRANSIENT,
    outside: bool = False,
    powers: Iterable[str] = (),
) -> Callable[[Function], Function]:
    """By the clock, once for each firm at work: `f()`, or `f(run)`. Five cron fields, in the firm's time zone."""
    return _declare(Kind.CLOCK, code=code, lane=lane, retry=retry, outside=outside, powers=powers, cron=cron)


def beat(seconds: float) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Work across firms that cannot wait for a schedule's minute; cheap when there is none. Never at 0 seconds."""

    def declare(function: Callable[[], int]) -> Callable[[], int]:
        if seconds:
            beats.append(Beat(seconds, function))
        return function

    return declare


def _declare(
    kind: Kind, *, code: str, powers: Iterable[str], **details: Any
) -> Callable[[Function], Function]:
    def declare(function: Function) -> Function:
        spec = JobSpec(
            code=code or _code_of(function),
            function=function,
            kind=kind,
            powers=frozenset(powers),
            wants_run=details["outside"] or takes_run(function),
            **details,
        )
        known = _jobs.setdefault(spec.code, spec)
        if known.place != spec.place:
            duplicates.append((known, spec))
        return function

    return declare


def _code_of(function: Callable[..., None]) -> str:
    room = function.__module__.rsplit(".jobs", 1)[0].rsplit(".", 1)[-1]
    return f"{room}.{function.__name__}"


def takes_run(function: Callable[..., None]) -> bool:
    """Whether a job asks for its `Run`: its first parameter is called so."""
    return next(iter(inspect.signature(function).parameters), "") == "run"


def job_spec(code: str) -> JobSpec | None:
    """The declaration of a job; None for one that an older or newer release knows."""
    return _jobs.get(code)


def job_specs() -> dict[str, JobSpec]:
    """Every declared job by its code."""
    return dict(_jobs)


def subscribers_of(event_code: str) -> tuple[str, ...]:
    """The codes of the jobs that follow an event, in a stable order."""
    return tuple(sorted(spec.code for spec in _jobs.values() if spec.event and spec.event == event_code))


def powers_of(code: str) -> frozenset[str]:
    """The powers declared beside a job, which are all that its system actor has."""
    spec = _jobs.get(code)
    return spec.powers if spec else frozenset()


def forget(*codes: str) -> None:
    """Take declarations back; for tests that declare jobs of their own."""
    for code in codes:
        _jobs.pop(code, None)
    duplicates[:] = [pair for pair in duplicates if pair[0].code not in codes]
