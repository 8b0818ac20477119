"""Keeping what was done, and letting go of it with the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from firmament.kernel.macros.models import MacroRun, StepRun
from firmament.kernel.macros.registry import Snapshot, Step
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.lib.instant import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the steps are written in: its kind ("snippets.snippet"), its id, the version's number, and its title."""

    kind: str
    id: UUID
    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step that was carried out, on `thing`, which is as the last step has left it."""

    step: Step
    sentence: str
    thing: FirmModel
    before: Snapshot
    after: Snapshot


def keep(actor: Actor, target: FirmModel, done: Sequence[Done], source: Source) -> MacroRun:
    """Write down a run."""
    run: MacroRun = MacroRun.objects.create(
        title=source.title,
        source_kind=source.kind,
        source_id=source.id,
        source_number=source.number,
        kind=target._meta.label_lower,
        object_id=target.pk,
        client_id=_hangs_on(target, type(target).client_path),
        engagement_id=_hangs_on(target, type(target).engagement_path),
        member_id=actor.membership_id,
        ran_at=now(),
    )
    StepRun.objects.bulk_create(
        StepRun(
            run=run,
            position=position,
            code=one.step.code,
            sentence=one.sentence,
            kind=one.thing._meta.label_lower,
            object_id=one.thing.pk,
            before=dict(one.before),
            after=dict(one.after),
        )
        for position, one in enumerate(done, 1)
    )
    return run


def forget_client(client_id: UUID) -> None:
    """Delete what macros did about a client, in the transaction in which the client is purged."""
    MacroRun.objects.filter(client_id=client_id).delete()


def _hangs_on(target: FirmModel, path: str | None) -> UUID | None:
    if not path:
        return None
    found: UUID | None = type(target).objects.filter(pk=target.pk).values_list(path, flat=True).first()
    return found
