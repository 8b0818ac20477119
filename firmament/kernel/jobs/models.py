"""What pages and powers see of the queue: a run, and the clock that starts some of them."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from firmament.kernel.jobs.cron import next_after
from firmament.kernel.jobs.registry import Lane, job_spec
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import FirmModel, FirmQuerySet
from firmament.lib.instant import now


class State(models.TextChoices):
    """Queued → running → succeeded, or retrying → running again, or failed; a person may cancel or replay."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    RETRYING = "retrying", _("Waiting to try again")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


WAITING = (State.QUEUED, State.RETRYING)
OPEN = (*WAITING, State.RUNNING)
CLOSED = (State.SUCCEEDED, State.FAILED, State.CANCELED)


class ErrorClass(models.TextChoices):
    """Why the last attempt did not succeed."""

    NONE = "", _("None")
    TRANSIENT = "transient", _("May heal by itself")
    RATE_LIMITED = "rate_limited", _("Asked to wait")
    AUTH = "auth", _("Credentials refused")
    PERMANENT = "permanent", _("Cannot succeed as it stands")
    UNEXPECTED = "unexpected", _("A fault of ours")
    CRASHED = "crashed", _("The worker died")


class JobRunQuerySet(FirmQuerySet):
    """Runs of the firm at hand."""

    def open(self) -> Self:
        """Not at their end: waiting, running or waiting to try again."""
        return self.filter(state__in=OPEN)

    def dead(self) -> Self:
        """Dead letters: a person must replay or discard them."""
        return self.filter(state=State.FAILED)

    def following(self, entry_id: UUID) -> Self:
        """What follows one ledger entry."""
        return self.filter(entry_id=entry_id)

    def owned(self, run: "JobRun") -> Self:
        """This run, if the attempt at hand still owns it. A change through it that hits no row is stale."""
        return self.filter(pk=run.pk, attempt=run.attempt, state=State.RUNNING)

    def running_now(self) -> Self:
        """Those whose worker is alive, by the database's clock."""
        return self.filter(state=State.RUNNING, lease_until__gt=Now())


class JobRun(FirmModel):
    """One piece of later work. The queue holds only its id and its firm's.

    `attempt` grows with every claim and never falls: it is the fence that keeps a worker which was
    frozen and wakes late from changing anything. `failures` counts towards the retry limit and starts again when
    a person replays the run. `ids` and `error_text` carry no personal data. `domain` to `scopes` say who asked,
    as in the ledger; whom the run acts as is asked again when it starts.
    """

    view_power: ClassVar[str] = ""

    code = models.CharField(max_length=80)
    lane = models.CharField(max_length=8, choices=Lane)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    key = models.CharField(max_length=160, blank=True)
    ids = models.JSONField(default=dict)
    entry_id = models.UUIDField(null=True, blank=True)
    run_after = models.DateTimeField(null=True, blank=True)

    domain = models.CharField(max_length=8, choices=[(d.value, d.value) for d in Domain])
    user_id = models.UUIDField(null=True, blank=True)
    membership_id = models.UUIDField(null=True, blank=True)
    token_id = models.UUIDField(null=True, blank=True)
    job = models.CharField(max_length=80, blank=True)
    scopes = models.JSONField(default=list)

    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    closed_by_id = models.UUIDField(null=True, blank=True)

    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(null=True, blank=True)
    progress_what = models.CharField(max_length=200, blank=True)
    error_class = models.CharField(max_length=16, choices=ErrorClass, blank=True, default=ErrorClass.NONE)
    error_text = models.CharField(max_length=500, blank=True)

    objects: ClassVar = JobRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "key"], condition=~Q(key=""), name="jobrun_key"),
            models.UniqueConstraint(
                fields=["firm", "entry_id", "code"],
                condition=Q(entry_id__isnull=False),
                name="jobrun_follows_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="jobrun_state_known"
            ),
            models.CheckConstraint(
                condition=Q(lane__in=[lane.value for lane in Lane]), name="jobrun_lane_known"
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="jobrun_only_running_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["succeeded", "failed", "canceled"], finished_at__isnull=False)
                | Q(state__in=["queued", "running", "retrying"], finished_at__isnull=True),
                name="jobrun_closed_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error_class=""), name="jobrun_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(progress_total__isnull=True) | Q(progress_done__lte=models.F("progress_total")),
                name="jobrun_progress_within_total",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "state", "-created_at"], name="jobrun_state"),
            models.Index(fields=["firm", "code", "-created_at"], name="jobrun_code"),
            models.Index(
                fields=["firm", "lane"], condition=Q(state__in=["queued", "retrying"]), name="jobrun_waiting"
            ),
            models.Index(fields=["firm", "lane"], condition=Q(state="running"), name="jobrun_running"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        """Whether something can still happen to it by itself."""
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """0 to 100; None while the total is unknown."""
        if not self.progress_total:
            return 100 if self.state == State.SUCCEEDED else None
        return self.progress_done * 100 // self.progress_total


class Schedule(FirmModel):
    """When a firm's clock starts a job. `cron` and `timezone` are empty where the declaration's and the firm's hold.

    `basis` is the expression and zone from which `next_run_at` was computed; when either changes, it is computed anew.
    """

    view_power: ClassVar[str] = ""

    code = models.CharField(max_length=80)
    cron = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    paused = models.BooleanField(default=False)
    basis = models.CharField(max_length=160, blank=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "code"], name="schedule_one_per_job")]

    def __str__(self) -> str:
        return self.code

    @property
    def expression(self) -> str:
        """The five cron fields in force; empty when no release at hand declares the job."""
        spec = job_spec(self.code)
        return self.cron or (spec.cron if spec else "")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in force."""
        return ZoneInfo(self.timezone or self.firm.timezone)

    def next_runs(self, count: int = 10, *, after: datetime | None = None) -> list[datetime]:
        """The next instants at which it fires, aware, in its zone."""
        runs: list[datetime] = []
        last = after or now()
        while self.expression and len(runs) < count:
            last = next_after(self.expression, self.zone, last)
            runs.append(last.astimezone(self.zone))
        return runs
