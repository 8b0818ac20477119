"""Looking again at what stands: an ethical wall outlives its reason unless somebody looks."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.events import WallReviewed
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now


def review_wall(actor: Actor, wall: Wall, *, note: str, review_on: date | None) -> Wall:
    """Say that a wall must stand on, why, and when somebody looks again. ValidationError without a reason, and for a day gone by."""
    require(actor, Can.RAISE_WALL, wall)
    if not note.strip():
        raise ValidationError({"note": _("Say why the wall stands on.")}, code="required")
    if review_on is not None and review_on <= now().date():
        raise ValidationError({"review_on": _("Choose a day to come.")}, code="review_on")
    held: Wall = Wall.objects.select_for_update().get(pk=wall.pk)
    if held.lifted_at is not None:
        raise ValidationError(_("This wall was lifted already."), code="lifted")
    before, held.review_on = held.review_on, review_on
    held.save(update_fields=["review_on", "updated_at"])
    record(actor, WallReviewed(wall_id=held.pk, note=note.strip(), before=before, review_on=review_on))
    return held


def review_walls(actor: Actor, walls: Collection[Wall], *, note: str, review_on: date | None) -> int:
    """As `review_wall`, for several walls: all of them stand on, or none is touched; how many they are."""
    with transaction.atomic():
        # In one order, so that two who review at once never wait for each other in a circle.
        for wall in sorted(walls, key=lambda one: one.pk):
            review_wall(actor, wall, note=note, review_on=review_on)
    return len(walls)
