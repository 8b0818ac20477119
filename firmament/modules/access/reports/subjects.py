"""Things that walls, and questions about access, can be about: rooms offer them, and this room imports none of theirs.

A room's AppConfig says `explainable = (("clients.Client", "dotted.path.to.find_clients"),)`: a model,
and a function `(actor, text, *, limit) -> Sequence` of what the actor may see and may choose from, each with an `id` and
a `name` (or `title`). Where nothing but the name decides, the paths to search in stand in the function's place:
`(("documents.DocumentRequest", ("title", "client__name")),)`, the first of them the name.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils.module_loading import import_string

from firmament.kernel.policies.models import Wall
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel

CLIENT = "clients.client"
ENGAGEMENT = "engagements.engagement"
OFFERED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing that can be chosen. `label` is the model's, in lower case."""

    label: str
    title: str
    find: Callable[..., Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose."""

    id: UUID
    name: str
    about: str


def kinds() -> list[Kind]:
    """Every kind that a room offers."""
    found = []
    for config in apps.get_app_configs():
        for label, place in getattr(config, "explainable", ()):
            model: Any = apps.get_model(label)
            found.append(
                Kind(
                    label=model._meta.label_lower,
                    title=str(model._meta.verbose_name).capitalize(),
                    find=import_string(place) if isinstance(place, str) else partial(_by_paths, model, place),
                )
            )
    return found


def _by_paths(model: Any, paths: Sequence[str], actor: Actor, text: str, *, limit: int) -> list[Choice]:
    """The newest of what the actor may see and the words stand in."""
    words = Q()
    for path in paths:
        words |= Q(**{f"{path}__icontains": text.strip()})
    rows = model.objects.visible_to(actor).filter(words).order_by("-created_at", "-pk")
    found = rows.values_list("pk", *paths)[:limit]
    return [Choice(id=row[0], name=row[1], about=", ".join(filter(None, row[2:]))) for row in found]


def kinds_of(declared: Declaration) -> list[Kind]:
    """The kinds that a power can be asked about."""
    return [kind for kind in kinds() if declared.prefix(kind.label) is not None]


def choices(actor: Actor, kind: Kind, text: str) -> list[Choice]:
    """What there is to choose from, narrowed by words; one more than is shown, so that more can be told."""
    return [
        Choice(
            id=card.id,
            name=str(getattr(card, "name", "") or getattr(card, "title", "")),
            about=str(getattr(card, "reference", "") or getattr(card, "about", "")),
        )
        for card in kind.find(actor, text, limit=OFFERED + 1)
    ]


def subject_of(actor: Actor, label: str, pk: UUID) -> FirmModel | None:
    """The thing itself, if the actor may see it."""
    if label not in {kind.label for kind in kinds()}:
        return None
    model: Any = apps.get_model(label)
    found: FirmModel | None = model.objects.visible_to(actor).filter(pk=pk).first()
    return found


def wall_subjects(actor: Actor, walls: Collection[Wall]) -> dict[UUID, str]:
    """What each wall stands before, by name; empty where the reader may not see it."""
    names = {
        CLIENT: _names(actor, CLIENT, [wall.client_id for wall in walls if wall.client_id]),
        ENGAGEMENT: _names(actor, ENGAGEMENT, [wall.engagement_id for wall in walls if wall.engagement_id]),
    }
    return {
        wall.pk: names[CLIENT if wall.client_id else ENGAGEMENT].get(wall.client_id or wall.engagement_id, "")
        for wall in walls
    }


def _names(actor: Actor, label: str, ids: list[UUID]) -> dict[UUID | None, str]:
    if not ids:
        return {}
    model: Any = apps.get_model(label)
    return {pk: str(obj) for pk, obj in model.objects.visible_to(actor).in_bulk(ids).items()}
