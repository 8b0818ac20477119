"""Adding and restoring versions. The room's action asks for the power before and records afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.models import VersionModel
from firmament.lib.canonical import checksum
from firmament.lib.text import is_storable

Version = TypeVar("Version", bound=VersionModel)


class Conflict(ValidationError):
    """Somebody saved `latest` while the writer worked from `based_on`; forms show it, programs get 409."""

    def __init__(self, *, based_on: int, latest: int) -> None:
        super().__init__(
            _(
                "Somebody saved version %(latest)s while you worked from version %(based_on)s. Nothing of theirs was"
                " changed; compare the two, and save again."
            ),
            code="conflict",
            params={"based_on": based_on, "latest": latest},
        )
        self.based_on = based_on
        self.latest = latest


def lock(subject: models.Model) -> None:
    """Hold the subject's row until the transaction ends, so that what counts its versions counts alone.

    NO KEY: rows that point at the subject may be written meanwhile.
    """
    type(subject)._default_manager.select_for_update(no_key=True).values_list("pk").get(pk=subject.pk)


def add_version(
    actor: Actor,
    subject: models.Model,
    model: type[Version],
    *,
    content: dict[str, Any],
    note: str = "",
    based_on: int | None = None,
) -> Version:
    """Keep `content` as the subject's next version; content equal to the latest's gives that one back.

    `based_on`: the number the writer started from. An older one than the latest raises `Conflict`, whatever the
    content. ValidationError for content that has no canonical form.
    """
    mark = _checksum(content)
    lock(subject)
    latest: Version | None = model.objects.latest_of(subject)
    if based_on is not None and latest is not None and based_on != latest.number:
        raise Conflict(based_on=based_on, latest=latest.number)
    if latest is not None and latest.checksum == mark:
        return latest
    added: Version = model.objects.create(
        subject=subject,
        number=latest.number + 1 if latest else 1,
        content=content,
        checksum=mark,
        note=note,
        author_id=actor.membership_id,
    )
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version as it stands somewhere. Who wrote it is not in it: elsewhere that proves nothing."""

    content: Mapping[str, Any]
    note: str = ""
    restored_from: int | None = None


def versions_kept(model: type[VersionModel], subjects: Iterable[models.Model]) -> dict[UUID, list[Kept]]:
    """The versions of many things at once, the first one first, by the thing's id; one query."""
    found: dict[UUID, list[Kept]] = {}
    rows = model.objects.filter(subject__in=[thing.pk for thing in subjects])  # type: ignore[misc]
    for row in rows.order_by("number"):
        kept = Kept(content=row.content, note=row.note, restored_from=row.restored_from)
        found.setdefault(row.subject_id, []).append(kept)
    return found


def bring_version(actor: Actor, subject: models.Model, model: type[Version], kept: Kept) -> Version:
    """Keep a version as it stood in another house, also where it equals the one before.

    Its author is the actor. ValidationError for what has no canonical form, and for a version restored from one that is
    not earlier.
    """
    content = dict(kept.content)
    mark = _checksum(content)
    lock(subject)
    latest: Version | None = model.objects.latest_of(subject)
    number = latest.number + 1 if latest else 1
    if kept.restored_from is not None and not 0 < kept.restored_from < number:
        raise ValidationError(_("A version is restored from an earlier one."), code="restored_from")
    brought = model(
        subject=subject,
        number=number,
        content=content,
        checksum=mark,
        note=kept.note,
        author_id=actor.membership_id,
        restored_from=kept.restored_from,
    )
    brought.save(force_insert=True)
    return brought


def restore(actor: Actor, version: Version, *, note: str = "") -> Version:
    """A new version with the content of an earlier one. Restoring the latest itself gives it back."""
    subject: models.Model = version.subject  # type: ignore[attr-defined]  # each room's own class has it
    lock(subject)
    latest = type(version).objects.latest_of(subject)
    if latest == version:
        return version
    restored: Version = type(version).objects.create(
        subject=subject,
        number=latest.number + 1,
        content=version.content,
        checksum=version.checksum,
        note=note,
        author_id=actor.membership_id,
        restored_from=version.number,
    )
    return restored


def _checksum(content: dict[str, Any]) -> str:
    try:
        mark = checksum(content)
    except (ValueError, TypeError) as odd:
        raise ValidationError(_("This cannot be kept: %(why)s"), code="content", params={"why": odd}) from odd
    if not all(is_storable(text) for text in _texts(content)):
        raise ValidationError(_("The text holds a character that cannot be kept."), code="content")
    return mark


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for pair in value.items() for part in pair for text in _texts(part)]
        case list() | tuple():
            return [text for item in value for text in _texts(item)]
        case _:
            return []
