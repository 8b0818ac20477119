"""Giving tags to things, and keeping the firm's tags in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from firmament.kernel.labels.events import TagChanged, TagCreated, TagDeleted, TagRestored, TagsMerged
from firmament.kernel.labels.models import Tag, TaggingModel, TagRemoval
from firmament.kernel.labels.policies import Can
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A tag with how many things carry it, over all rooms."""

    tag: Tag
    things: int


def tagging_models() -> list[type[TaggingModel]]:
    """Every room's table of tagged things."""
    return [model for model in apps.get_models() if issubclass(model, TaggingModel)]


def names_of(text: str) -> list[str]:
    """Names typed with commas between them."""
    return [name for part in text.split(",") if (name := " ".join(part.split()))]


def tags_of(model: type[TaggingModel], subjects: Iterable[models.Model]) -> dict[UUID, list[Tag]]:
    """The tags of many things at once, by the thing's id; in one query."""
    name = model.subject_name()
    found: dict[UUID, list[Tag]] = {}
    links = model.objects.filter(**{f"{name}__in": [thing.pk for thing in subjects]}).select_related("tag")
    for link in links.order_by("tag__name"):
        found.setdefault(getattr(link, f"{name}_id"), []).append(link.tag)
    return found


def tag_names(model: type[TaggingModel], subject: models.Model) -> list[str]:
    """What a thing's tags are called, in their order; one query."""
    return [tag.name for tag in tags_of(model, [subject]).get(subject.pk, [])]


def tag_counts(actor: Actor) -> list[TagCount]:
    """The firm's tags by name, each with its count; one query for the tags and one for each room."""
    counts: dict[UUID, int] = {}
    for model in tagging_models():
        for tag_id, count in (
            model.objects.order_by().values_list("tag_id").annotate(count=models.Count("id"))
        ):
            counts[tag_id] = counts.get(tag_id, 0) + count
    tags = Tag.objects.visible_to(actor).order_by("name", "id")
    return [TagCount(tag=tag, things=counts.get(tag.pk, 0)) for tag in tags]


def set_tags(
    actor: Actor, subject: models.Model, model: type[TaggingModel], names: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Let the thing carry exactly these tags; gives back the names that were added and removed, sorted.

    The room asks whether the actor may change the thing, and records. Names nobody used before become tags, which
    takes the power to make them. ValidationError for an impossible name or more than thirty.
    """
    wanted = _tags(actor, names)
    by = model.subject_name()
    links = {link.tag_id: link for link in model.objects.filter(**{by: subject}).select_related("tag")}
    added = [tag for tag in wanted if tag.pk not in links]
    gone = [link for pk, link in links.items() if pk not in {tag.pk for tag in wanted}]
    if gone:
        model.objects.filter(pk__in=[link.pk for link in gone]).delete()
    # Two people may add the same tag at once; the thing carries it then, and neither is told of an error.
    model.objects.bulk_create([model(**{by: subject}, tag=tag) for tag in added], ignore_conflicts=True)
    return tuple(sorted(tag.name for tag in added)), tuple(sorted(link.tag.name for link in gone))


def change_tag(actor: Actor, tag: Tag, *, name: str, colour: str) -> Tag:
    """Rename a tag or colour it, everywhere at once. A name that another tag has is a ValidationError: merge them."""
    require(actor, Can.MANAGE_TAGS, tag)
    tag = Tag.objects.select_for_update().get(pk=tag.pk)
    before = tag.name, tag.colour
    tag.call(name).colour = colour
    tag.full_clean()
    if (tag.name, tag.colour) != before:
        tag.save()
        record(actor, TagChanged(tag_id=tag.pk, before=before[0], name=tag.name, colour=tag.colour))
    return tag


def merge_tags(actor: Actor, tag: Tag, *, into: Tag) -> TagRemoval:
    """Everything that carries `tag` carries `into` instead, in every room; `undo_removal` takes it back."""
    require(actor, Can.MANAGE_TAGS, tag)
    if tag.pk == into.pk:
        raise ValidationError({"into": _("Choose another tag to merge it into.")}, code="itself")
    # Always in the order of their ids: two people who merge the same pair the other way round would wait for ever.
    locked = {
        row.pk: row for row in Tag.objects.filter(pk__in=[tag.pk, into.pk]).order_by("pk").select_for_update()
    }
    if len(locked) < 2:
        raise ValidationError(_("One of these tags is gone."), code="gone")
    removal = _take_away(locked[tag.pk], into=locked[into.pk])
    record(
        actor,
        TagsMerged(
            tag_id=tag.pk, name=tag.name, into_id=into.pk, into=into.name, things=things_in(removal.links)
        ),
    )
    return removal


def delete_tag(actor: Actor, tag: Tag) -> TagRemoval:
    """Take a tag away from everything that carries it; `undo_removal` brings it back."""
    require(actor, Can.MANAGE_TAGS, tag)
    locked = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if locked is None:
        raise ValidationError(_("This tag is gone."), code="gone")
    removal = _take_away(locked, into=None)
    record(actor, TagDeleted(tag_id=tag.pk, name=tag.name, things=things_in(removal.links)))
    return removal


def undo_removal(actor: Actor, removal: TagRemoval) -> Tag:
    """Bring a deleted or merged tag back to what carried it and is still there. Once; a taken name is refused."""
    require(actor, Can.MANAGE_TAGS)
    removal = TagRemoval.objects.select_for_update().get(pk=removal.pk)
    if removal.undone_at is not None:
        raise ValidationError(_("This was undone already."), code="undone")
    tag = Tag(pk=removal.tag_id, colour=removal.colour).call(removal.name)
    tag.full_clean()
    tag.save(force_insert=True)
    things = 0
    for model in tagging_models():
        label, by = model._meta.label_lower, model.subject_name()
        wanted = removal.links.get(label, [])
        there = list(
            model.subject_model()._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)
        )
        model.objects.bulk_create([model(**{f"{by}_id": pk}, tag=tag) for pk in there])
        things += len(there)
        if removal.merged_into_id:
            moved = set(wanted) - set(removal.already.get(label, []))
            model.objects.filter(**{f"{by}_id__in": moved}, tag_id=removal.merged_into_id).delete()
    removal.undone_at = now()
    removal.save()
    record(actor, TagRestored(tag_id=tag.pk, name=tag.name, things=things))
    return tag


def things_in(links: dict[str, list[str]]) -> int:
    """How many things carried it, over all rooms."""
    return sum(map(len, links.values()))


def _take_away(tag: Tag, *, into: Tag | None) -> TagRemoval:
    links: dict[str, list[str]] = {}
    already: dict[str, list[str]] = {}
    for model in tagging_models():
        label, by = model._meta.label_lower, model.subject_name()
        carriers = list(model.objects.filter(tag=tag).values_list(f"{by}_id", flat=True))
        if not carriers:
            continue
        links[label] = [str(pk) for pk in carriers]
        if into is not None:
            both = model.objects.filter(tag=into, **{f"{by}_id__in": carriers}).values_list(
                f"{by}_id", flat=True
            )
            already[label] = [str(pk) for pk in both]
            model.objects.filter(tag=tag).exclude(**{f"{by}_id__in": already[label]}).update(tag=into)
        model.objects.filter(tag=tag).delete()
    removal: TagRemoval = TagRemoval.objects.create(
        tag_id=tag.pk,
        name=tag.name,
        colour=tag.colour,
        merged_into_id=into.pk if into else None,
        links=links,
        already=already,
    )
    tag.delete()
    return removal


def _tags(actor: Actor, names: Iterable[str]) -> list[Tag]:
    wanted: dict[str, Tag] = {}
    for name in names:
        tag = Tag().call(name)
        _refuse_name(tag)
        wanted.setdefault(tag.folded, tag)
    if len(wanted) > MOST:
        raise ValidationError(
            {"tags": _("At most %(most)s tags; take some away.") % {"most": MOST}}, code="too_many"
        )
    there = _by_fold(wanted)
    new = [tag for fold, tag in wanted.items() if fold not in there]
    if new:
        require(actor, Can.CREATE_TAGS)
        # Two people may make the same tag at once; the one that was first is taken by both.
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        there = _by_fold(wanted)
        for tag in new:
            if there[tag.folded].pk == tag.pk:
                record(actor, TagCreated(tag_id=tag.pk, name=tag.name))
    return [there[fold] for fold in wanted]


def _refuse_name(tag: Tag) -> None:
    try:
        tag.clean_fields()
    except ValidationError as refused:
        raise ValidationError(
            {"tags": [m for messages in refused.message_dict.values() for m in messages]}
        ) from refused


def _by_fold(wanted: dict[str, Any]) -> dict[str, Tag]:
    return {tag.folded: tag for tag in Tag.objects.filter(folded__in=list(wanted))}
