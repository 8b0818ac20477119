"""Compliance boards: what a room has to show to whoever must answer for the firm.

A room's AppConfig says `compliance_boards = ("firmament.modules.access.public.DUTIES",)`, the place of a
`ComplianceBoard` in its `public` or `reports`. The compliance room shows whatever is declared, on its pages and in its
reports, and imports none of it; a board whose room is not there is not there.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.utils.module_loading import import_string

from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.dashboards import Stat, Text, Tile


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceBoard:
    """One board. `key` (small letters and underscores) stands in its address ("duties"); `power` is what it takes to see it, beside the room's own.

    `foremost` are the keys of the tiles that stand in the overview too: without any, its numbers. `ask` is the name of
    a page ("access:who") where one goes on asking, `ask_label` what its button says.
    """

    key: str
    title: Text
    about: Text
    power: str
    tiles: tuple[Tile, ...]
    foremost: tuple[str, ...] = ()
    order: int = 50
    ask: str = ""
    ask_label: Text = ""

    @property
    def first(self) -> tuple[Tile, ...]:
        """The tiles of the overview."""
        if not self.foremost:
            return tuple(tile for tile in self.tiles if isinstance(tile, Stat))
        return tuple(tile for tile in self.tiles if tile.key in self.foremost)


@cache
def every_board() -> tuple[ComplianceBoard, ...]:
    """What the rooms declare, in order."""
    found: list[ComplianceBoard] = [
        import_string(place)
        for config in apps.get_app_configs()
        for place in getattr(config, "compliance_boards", ())
    ]
    return tuple(sorted(found, key=lambda board: (board.order, board.key)))


def boards_for(actor: Actor) -> tuple[ComplianceBoard, ...]:
    """Those that the actor may see."""
    return tuple(board for board in every_board() if may(actor, board.power))
