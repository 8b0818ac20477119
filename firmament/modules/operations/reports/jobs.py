"""Background work in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from firmament.kernel.identity.models import User
from firmament.kernel.jobs.models import JobRun, Schedule, State
from firmament.kernel.jobs.registry import job_spec
from firmament.kernel.jobs.schedule import next_firings
from firmament.kernel.ledger.words import code_title
from firmament.kernel.policies.decide import visible
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.modules.operations.policies import Can
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {
    State.QUEUED: "waiting",
    State.RUNNING: "info",
    State.RETRYING: "warning",
    State.SUCCEEDED: "done",
    State.FAILED: "danger",
    State.CANCELED: "neutral",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLine:
    """A job the clock starts: when it did last, and its next ten times in its own zone."""

    title: str
    about: str
    expression: str
    zone: str
    paused: bool
    last_run_at: datetime | None
    runs: tuple[datetime, ...]

    @property
    def first(self) -> datetime | None:
        return self.runs[0] if self.runs else None


def runs_for(actor: Actor) -> "QuerySet[JobRun]":
    """Work of the firm, with `who_name` for whose act it follows."""
    rows: QuerySet[JobRun] = JobRun.objects.filter(visible(actor, Can.VIEW_JOBS, JobRun)).annotate(
        who_name=Subquery(User.objects.filter(pk=OuterRef("user_id")).values("name")[:1])
    )
    return rows


def about(code: str) -> str:
    """What the job does, in the words of who wrote it; empty where no release at hand knows it."""
    spec = job_spec(code)
    return (spec.function.__doc__ or "").strip().partition("\n")[0] if spec else ""


def asked_by(run: JobRun) -> str:
    """Whose act it follows; the house itself for what the clock starts."""
    if run.domain == Domain.SYSTEM or run.user_id is None:
        return _("Firmament")
    name = User.objects.filter(pk=run.user_id).values_list("name", flat=True).first()
    return name or _("Someone")


def closed_by(run: JobRun) -> str:
    """Who replayed, gave up or stopped it last; empty where nobody did."""
    if run.closed_by_id is None:
        return ""
    return User.objects.filter(pk=run.closed_by_id).values_list("name", flat=True).first() or _("Someone")


def schedules_for(actor: Actor) -> list[ScheduleLine]:
    """Every schedule with its next ten times."""
    seen = set(Schedule.objects.filter(visible(actor, Can.VIEW_JOBS, Schedule)).values_list("pk", flat=True))
    return [
        ScheduleLine(
            title=code_title(row.code),
            about=about(row.code),
            expression=row.expression,
            zone=str(row.zone),
            paused=row.paused,
            last_run_at=row.last_run_at,
            runs=tuple(runs),
        )
        for row, runs in next_firings(10)
        if row.pk in seen
    ]


def counts(actor: Actor) -> dict[str, int]:
    """How much failed, waits to be tried again, is at work, and waits."""
    rows = JobRun.objects.filter(visible(actor, Can.VIEW_JOBS, JobRun)).exclude(
        state__in=(State.SUCCEEDED, State.CANCELED)
    )
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in State}
