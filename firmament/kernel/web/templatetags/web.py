"""`{% load web %}`: addresses and small helpers for pages."""

from typing import Any

from django import template

from firmament.kernel.macros.policies import Can
from firmament.kernel.macros.sources import kinds
from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.web import links
from firmament.kernel.web.questions import audience_address

register = template.Library()


@register.simple_tag(takes_context=True)
def macros_url(context: Any, thing: Any) -> str:
    """`{% macros_url engagement as url %}`: where macros are run from a thing; "" for whoever runs none."""
    kind = thing._meta.label_lower
    known = kind in kinds() and may(context["request"].actor, Can.RUN)
    return links.link("macros:choose", kind=kind, pk=thing.pk) if known else ""


@register.simple_tag(takes_context=True)
def audience_url(context: Any, thing: Any) -> str:
    """`{% audience_url client as url %}`: the page that says who can see a thing; "" for whoever may not ask."""
    return audience_address(context["request"].actor, thing)


@register.simple_tag(takes_context=True)
def history_url(context: Any, thing: Any) -> str:
    """`{% history_url client as url %}`: the page with a thing's whole history; "" for whoever may not open it."""
    asked = (
        show(context["request"].actor, thing._meta.label_lower, thing.pk) for show in offered("thing_history")
    )
    return next((address for address in asked if address), "")


@register.simple_tag
def link(name: str, **kwargs: Any) -> str:
    """`{% link "documents:request" pk=request.pk %}`: a path inside the firm at hand."""
    return links.link(name, **kwargs)
