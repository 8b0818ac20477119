"""Everybody has a home; what it shows is decided by the powers of the rooms it asks."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, Power, declare
from firmament.kernel.policies.rules import everyone


class Can(Power):
    VIEW = "home.view"
    VIEW_PORTAL = "home.view_portal"


declare(Can.VIEW, title=_("See one’s own day"), staff=everyone(), roles=EVERY_ROLE)
declare(Can.VIEW_PORTAL, title=_("See the next step in the portal"), staff=None, client=everyone())
