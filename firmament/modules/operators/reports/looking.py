"""What of a firm an operator may read: counts, sizes, states and times, and no word that anybody of the firm wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, Count, F, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Concat

from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.models import WAITING, ErrorClass, JobRun
from firmament.kernel.jobs.models import State as JobState
from firmament.kernel.messages.models import Delivery
from firmament.kernel.messages.models import State as LetterState
from firmament.kernel.policies.models import RoleAssignment
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.tenancy.models import Membership
from firmament.ui.readable import number
from firmament.ui.shell import Tone

WORK_TONES: dict[str, Tone] = {
    JobState.QUEUED: "info",
    JobState.RUNNING: "info",
    JobState.RETRYING: "warning",
    JobState.SUCCEEDED: "done",
    JobState.FAILED: "danger",
    JobState.CANCELED: "neutral",
}
LETTER_TONES: dict[str, Tone] = {
    LetterState.QUEUED: "info",
    LetterState.SENDING: "info",
    LetterState.SENT: "done",
    LetterState.FAILED: "danger",
    LetterState.CANCELED: "neutral",
}


# The kinds of error to choose from: all but none.
ERRORS = [choice for choice in ErrorClass.choices if choice[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A firm in figures. `tables` are those that hold something for it, each with how many rows."""

    members: int
    failed_jobs: int
    waiting_jobs: int
    failed_mail: int
    tables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroup:
    """Files of one kind in one state."""

    media_type: str
    state: str
    count: int
    size: int


def overview() -> Overview:
    """The firm at hand in figures: five queries, however many tables there are."""
    return Overview(
        members=Membership.objects.filter(state=Membership.State.ACTIVE).count(),
        failed_jobs=JobRun.objects.filter(state=JobState.FAILED).count(),
        waiting_jobs=JobRun.objects.filter(state__in=WAITING).count(),
        failed_mail=Delivery.objects.filter(state=LetterState.FAILED).count(),
        tables=tuple(_tables()),
    )


def _tables() -> Iterator[tuple[str, str]]:
    models = sorted(firm_models(), key=lambda model: model._meta.label_lower)
    tables = [model._meta.db_table for model in models]
    # The tables are our own models', so nothing that anybody typed comes into the statement.
    counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        found = cursor.fetchone() or ()
    for model, count in zip(models, found, strict=True):
        if count:
            yield model._meta.label_lower, number(count)


def with_roles(rows: "QuerySet[Membership]") -> "QuerySet[Membership]":
    """Members with their roles. A role of the firm's own has a name of the firm's own: only what it began as is told."""
    held = RoleAssignment.objects.filter(membership=OuterRef("pk")).order_by("role__code")
    named = Case(
        When(role__built_in=True, then=F("role__code")),
        default=Concat(Value("own, from "), F("role__origin")),
    )
    told = held.annotate(told=named).values("told")
    annotated: QuerySet[Membership] = rows.annotate(role_codes=ArraySubquery(told))
    return annotated


def file_groups() -> list[FileGroup]:
    """Files by what they are and where they stand."""
    rows = (
        StoredFile.objects.values("media_type", "state")
        .annotate(n=Count("pk"), bytes=Sum("size"))
        .order_by("-bytes", "media_type", "state")
    )
    states = dict(StoredFile.State.choices)
    return [
        FileGroup(
            media_type=row["media_type"],
            state=str(states.get(row["state"], row["state"])),
            count=row["n"],
            size=row["bytes"] or 0,
        )
        for row in rows
    ]
