"""The base of a room's events about sharing, which add what was shared."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firmament.kernel.ledger.events import Category, Event
from firmament.kernel.sharing.models import ShareModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEvent(Event):
    """With whom, and what they may. Without a sentence it only gathers fields for the rooms' own."""

    category: ClassVar[Category] = Category.PERMISSIONS

    whom_id: UUID
    whom: str
    level: str


def share_facts(share: ShareModel) -> dict[str, UUID | str]:
    """What a room's event says of a share, besides what was shared."""
    return {
        "whom_id": share.whom.pk,
        "whom": str(share.whom),
        "level": str(ShareModel.Level(share.level).label),
    }
