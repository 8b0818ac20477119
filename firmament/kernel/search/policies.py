"""Who may search at all. What they find is decided object by object, by each kind's own power."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, Power, declare, stands_open
from firmament.kernel.policies.rules import everyone


class Can(Power):
    FIND = "search.find"


declare(
    Can.FIND,
    title=_("Search in everything they may see"),
    client=everyone(),
    roles=EVERY_ROLE,
    reads=True,
)

stands_open(
    "search.Frequency",
    reason="how often words are used in the firm; it weighs answers and is shown to nobody",
)
