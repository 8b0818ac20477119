"""The tabs that hold several pages together, each only for who may open it."""

from firmament.kernel.policies.decide import may
from firmament.kernel.web.links import link
from firmament.kernel.web.requests import FirmRequest
from firmament.ui.shapes import Tab


def tabs(request: FirmRequest, here: str, entries: tuple[tuple[str, str, str], ...]) -> tuple[Tab, ...]:
    """`entries` are names of addresses, labels and powers; `here` is the name of the page at hand."""
    return tuple(
        Tab(label=label, url=link(name), active=name == here)
        for name, label, power in entries
        if may(request.actor, power)
    )
