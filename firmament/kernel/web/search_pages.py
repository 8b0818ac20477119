"""Searching the firm: a page of its own in both faces, and the rows of the palette."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from firmament.kernel.policies.decide import may
from firmament.kernel.search.find import FURTHEST, Hit, search
from firmament.kernel.search.policies import Can
from firmament.kernel.search.sources import Source, source_of, sources
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.web.entrances import portal_page, staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page, wants_fragment
from firmament.kernel.web.requests import FirmRequest

SHOWN = 20
IN_PALETTE = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind that can be chosen: its label, the address of the same search within it, whether it is chosen."""

    label: str
    url: str
    active: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A hit, with what its kind is called and drawn as."""

    hit: Hit
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Paging:
    """What the pagination part draws."""

    words: str
    previous_url: str
    next_url: str


@staff_page(Can.FIND)
@require_safe
def workspace_search(request: FirmRequest) -> HttpResponse:
    return _answer(request, "web/search.html")


@portal_page(Can.FIND)
@require_safe
def portal_search(request: FirmRequest) -> HttpResponse:
    return _answer(request, "web/search_portal.html")


@staff_page(Can.FIND)
@require_safe
def palette(request: FirmRequest) -> HttpResponse:
    """Rows for the palette: what is found while somebody types. Whoever comes without it gets the page of search."""
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{link('search:search')}?{request.GET.urlencode()}")
    lines = _lines(search(request.actor, request.GET.get("q", ""), limit=IN_PALETTE))
    return page(request, "web/search_rows.html#rows", {"lines": lines, "asked": _asked(request)})


def _answer(request: FirmRequest, template: str) -> HttpResponse:
    asked = _asked(request)
    source = source_of(request.GET.get("kind", ""))
    start = _start(request.GET.get("start", ""))
    kinds = [source.kind] if source else None
    # One more than is shown says whether there is a further page.
    hits = search(request.actor, asked, kinds=kinds, limit=SHOWN + 1, offset=start) if asked else []
    context: dict[str, Any] = {
        "asked": asked,
        "kind": source.kind if source else "",
        "kinds": _kinds(request.actor, asked, source) if asked else (),
        "lines": _lines(hits[:SHOWN]),
        "paging": _paging(asked, source, start, hits),
        "action": request.path,
    }
    return page(request, template, context)


def _asked(request: FirmRequest) -> str:
    return request.GET.get("q", "").strip()


def _start(given: str) -> int:
    return min(int(given), FURTHEST - SHOWN) if given.isascii() and given.isdigit() and len(given) < 4 else 0


def _address(asked: str, source: Source | None, start: int = 0) -> str:
    given = {"q": asked, "kind": source.kind if source else "", "start": str(start) if start else ""}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _kinds(actor: Actor, asked: str, chosen: Source | None) -> Sequence[Kind]:
    """Everything, and each kind of which the actor could see one."""
    client = actor.domain == Domain.CLIENT
    there = [s for s in sources() if may(actor, s.view_power) and (s.portal_url or not client)]
    return (
        Kind(_("Everything"), _address(asked, None), chosen is None),
        *(Kind(str(s.label), _address(asked, s), s is chosen) for s in there),
    )


def _lines(hits: Sequence[Hit]) -> list[Line]:
    found = [(hit, source_of(hit.kind)) for hit in hits]
    return [Line(hit, str(source.label), source.icon) for hit, source in found if source is not None]


def _paging(asked: str, source: Source | None, start: int, hits: Sequence[Hit]) -> Paging | None:
    further = len(hits) > SHOWN and start + SHOWN < FURTHEST
    if not further and not start:
        return None
    return Paging(
        words=_("%(first)s to %(last)s") % {"first": start + 1, "last": start + min(len(hits), SHOWN)},
        previous_url=_address(asked, source, max(0, start - SHOWN)) if start else "",
        next_url=_address(asked, source, start + SHOWN) if further else "",
    )
