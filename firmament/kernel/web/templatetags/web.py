"""`{% load web %}`: addresses and small helpers for pages."""

from typing import Any

from django import template

from firmament.kernel.web import links

register = template.Library()


@register.simple_tag
def link(name: str, **kwargs: Any) -> str:
    """`{% link "documents:request" pk=request.pk %}`: a path inside the firm at hand."""
    return links.link(name, **kwargs)
