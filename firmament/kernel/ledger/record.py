"""The one call that leaves a trace, and everything that follows from it."""

from collections.abc import Callable, Sequence
from uuid import UUID

from firmament.kernel.jobs.queue import Enqueue, enqueue_many
from firmament.kernel.jobs.registry import subscribers_of
from firmament.kernel.ledger.events import Event, event_class
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import rebuild, split
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import request_id, transaction_cache
from firmament.lib.instant import now

_watchers: list[Callable[[Actor, Sequence[tuple[str, UUID]]], None]] = []


def watch_entries(watcher: Callable[[Actor, Sequence[tuple[str, UUID]]], None]) -> None:
    """Name who is told of every entry, by whom it is and what it is about; an error takes the entry back."""
    _watchers[:] = [watcher]


class OnlyLooking(RuntimeError):
    """Something was about to be done by an actor whom somebody else only looks as (`Actor.looker`)."""


def act_under(actor: Actor, delegation_id: UUID) -> None:
    """From here on, what the actor does in this transaction is done by a power somebody lent; entries say so."""
    transaction_cache().setdefault(act_under, {}).setdefault(actor.membership_id, set()).add(
        str(delegation_id)
    )


def roles_now(actor: Actor) -> list[str]:
    """The actor's roles, and by which loans they act (`lent:<delegation>`)."""
    lent: set[str] = transaction_cache().get(act_under, {}).get(actor.membership_id, set())
    return [*actor.roles, *(f"lent:{one}" for one in sorted(lent))] if lent else list(actor.roles)


def record(actor: Actor, event: Event) -> Entry:
    """Write down what happened and queue what follows, in the transaction of the change itself.

    If the trail cannot be written, the change does not happen. Nothing is ever written in the name of somebody whom
    another only looks as.
    """
    if actor.looker is not None:
        raise OnlyLooking(f"{event.code} would stand in the name of somebody who did not do it")
    payload, personal = split(event)
    occurred_at = now()
    entry = Entry.objects.create(
        code=event.code,
        category=event.category,
        occurred_at=occurred_at,
        domain=actor.domain,
        user_id=actor.user_id,
        membership_id=actor.membership_id,
        token_id=actor.token_id,
        job=actor.job,
        roles=roles_now(actor),
        request_id=request_id.get(),
        payload=payload,
    )
    things = _aim(entry, event)
    for watcher in _watchers:
        watcher(actor, things)
    if personal:
        PersonalValue.objects.bulk_create(
            PersonalValue(entry=entry, field=name, salt=salt, value=value)
            for name, (salt, value) in personal.items()
        )
    follow = [Enqueue(code=code, actor=actor, entry_id=entry.pk) for code in subscribers_of(event.code)]
    if follow:
        enqueue_many(follow)
    return entry


def _aim(entry: Entry, event: Event) -> list[tuple[str, UUID]]:
    targets = [
        # "{kind}" stands for the event's own field, where what it happened to may be of any room.
        EntryTarget(
            entry=entry,
            kind=getattr(event, kind[1:-1]) if kind.startswith("{") else kind,
            object_id=object_id,
            occurred_at=entry.occurred_at,
        )
        for name, kind in event.targets.items()
        for object_id in _ids(getattr(event, name))
    ]
    if targets:
        EntryTarget.objects.bulk_create(targets)
    return [(target.kind, target.object_id) for target in targets]


def _ids(value: object) -> list[UUID]:
    if value is None:
        return []
    if isinstance(value, UUID):
        return [value]
    if isinstance(value, tuple):
        return [item for item in value if isinstance(item, UUID)]
    raise TypeError(f"An event's target is a UUID or a tuple of them, not {type(value).__name__}")


def load_event(entry_id: UUID) -> Event:
    """The event a job follows; LookupError when its class no longer exists."""
    entry = Entry.objects.get(pk=entry_id)
    event_type = event_class(entry.code)
    if event_type is None:
        raise LookupError(f"No room declares the event {entry.code}")
    return rebuild(event_type, entry)
