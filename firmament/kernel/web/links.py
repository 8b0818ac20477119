"""Addresses inside the firm at hand."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from firmament.kernel.tenancy.transaction import current_firm

_SENTINEL = UUID("00000000-0000-4000-8000-000000000000")


def link(name: str, **kwargs: Any) -> str:
    """The path of a page by its name; staff and portal pages get the firm of the running transaction."""
    if name.partition(":")[0].endswith("_public") or ":" not in name:
        return reverse(name, kwargs=kwargs or None)
    return reverse(name, kwargs={"firm": current_firm().slug, **kwargs})


def go(name: str, **kwargs: Any) -> HttpResponseRedirect:
    """On to another page, by GET: the answer to a POST that went through."""
    return HttpResponseRedirect(link(name, **kwargs), status=303)


def absolute_link(name: str, **kwargs: Any) -> str:
    """As `link`, with the public address in front: for mail and for programs elsewhere."""
    return urljoin(settings.PUBLIC_URL, link(name, **kwargs))


def row_links(name: str, argument: str = "pk") -> Callable[[object], str]:
    """Addresses for many rows of one kind. Resolving a name costs more than drawing the row it stands in."""
    if not name:
        return lambda pk: ""
    pattern = link(name, **{argument: _SENTINEL})
    before, found, after = pattern.partition(str(_SENTINEL))
    if not found:
        raise NoReverseMatch(f"{name} does not carry {argument} in its path")
    return lambda pk: f"{before}{pk}{after}"
