"""Where pages lead that are asked "who can see this?", "why can I not?" and "what do they see?": a room offers each.

`audience_page = "access:who"`, `why_page = "access:why"`, `look_page = "access:look_new"` in its AppConfig: names of addresses
that take the question as their query.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.urls import NoReverseMatch

from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.web.links import link


def _page(attribute: str) -> str:
    """The address of the page; "" where no room offers one, or where the room is not among the addresses at hand."""
    names = (getattr(config, attribute, "") for config in apps.get_app_configs())
    name = next(filter(None, names), "")
    try:
        return link(name) if name else ""
    except NoReverseMatch:
        # A refusal must stay one: its page is drawn with this, wherever it happens.
        return ""


def audience_address(actor: Actor, thing: FirmModel) -> str:
    """Where to read who can see the thing; "" for whoever may not ask, or where no room answers."""
    page = _page("audience_page")
    if not page or not may(actor, Can.VIEW_AUDIENCE):
        return ""
    return f"{page}?{urlencode({'kind': thing._meta.label_lower, 'subject': thing.pk})}"


def why_address(actor: Actor, power: str) -> str:
    """Where to read why somebody has been refused this power; "" for whoever may not ask."""
    page = _page("why_page")
    if not page or not may(actor, Can.EXPLAIN):
        return ""
    return f"{page}?{urlencode({'person': f'm:{actor.membership_id}', 'power': power})}"


def look_address(actor: Actor, *, member_id: UUID | None = None, user_id: UUID | None = None) -> str:
    """Where to begin to see the firm as this member, or as this client's person; "" for whoever may not."""
    page = _page("look_page")
    if not page or member_id == actor.membership_id is not None or not may(actor, Identity.SEE_AS):
        return ""
    person = f"m:{member_id}" if member_id else f"u:{user_id}"
    return f"{page}?{urlencode({'person': person})}"
