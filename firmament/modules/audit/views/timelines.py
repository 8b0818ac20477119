"""The whole history of one thing and of one person, and finding whom or what to ask about."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.search import Asked, Place
from firmament.kernel.ledger.words import kind_title
from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.keyset import BadCursor, Order, decode, encode
from firmament.kernel.web.keyset import Place as ListPlace
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.audit.actions import note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports import timelines as reports
from firmament.modules.audit.reports.entry import names_of
from firmament.ui.shapes import Crumb, Tab

NEWEST = Order("occurred_at", descending=True)


@require_safe
@staff_page(Can.TIMELINE)
def thing(request: FirmRequest, kind: str, pk: UUID) -> HttpResponse:
    """What happened to a thing that the reader sees."""
    name = names_of(request.actor, kind, [pk]).get(pk)
    if name is None:
        raise Http404
    after = _after(request)
    audits = may(request.actor, Can.VIEW)
    found = reports.history(request.actor, Asked(objects=(pk,)), after=after)
    context = {
        "title": name,
        "about": kind_title(kind),
        "history": found,
        "audits": audits,
        "trail_url": f"{link('audit:trail')}?{urlencode({'object': pk})}" if audits else "",
        **_paging(request, found, after),
    }
    return page(request, "audit/timeline.html", context)


@require_safe
@staff_page(Can.VIEW, recorded_read=True)
def person(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What a member of the firm did, and what was done about them; looking is written down."""
    members = Membership.objects.visible_to(request.actor).select_related("user")
    member = get_object_or_404(members, pk=pk)
    about = request.GET.get("side") == "about"
    after = _after(request)
    asked = Asked(objects=(member.pk, member.user_id)) if about else Asked(user_id=member.user_id)
    found = reports.history(request.actor, asked, after=after)
    path = request.path
    narrowed = {"object": member.pk} if about else {"who": member.user_id}
    context = {
        "title": member.user.name,
        "about": member.title or member.user.email,
        "history": found,
        "audits": True,
        "trail_url": f"{link('audit:trail')}?{urlencode(narrowed)}",
        "sides": (
            Tab(label=_("What they did"), url=path, active=not about),
            Tab(label=_("What was done about them"), url=f"{path}?side=about", active=about),
        ),
        **_paging(request, found, after),
    }
    response = page(request, "audit/timeline.html", context)
    reading = TrailRead(object_id=member.pk) if about else TrailRead(who=member.user_id)
    note_reading(request.actor, reading)
    return response


@require_safe
@staff_page(Can.VIEW)
def find(request: FirmRequest) -> HttpResponse:
    """Whom or what to ask about, by name."""
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    found = [
        {
            "named": one,
            "did_url": f"{link('audit:trail')}?{urlencode({'who': one.user_id})}" if one.user_id else "",
            "about_url": f"{link('audit:trail')}?{urlencode({'object': one.id})}",
            "history_url": link("audit:person", pk=one.id)
            if one.user_id
            else link("audit:thing", kind=one.kind, pk=one.id),
        }
        for one in reports.find(request.actor, text)
    ]
    crumbs = (Crumb(label=_("Audit trail"), url=link("audit:trail")),)
    return page(request, "audit/find.html", {"asked": text, "found": found, "crumbs": crumbs})


def _after(request: HttpRequest) -> Place | None:
    text = request.GET.get("after", "")
    try:
        place = decode(Entry, NEWEST, text) if text else None
    except BadCursor:
        # The address was cut: begin at the beginning.
        return None
    return Place(place.value, place.pk) if place is not None else None


def _paging(request: HttpRequest, found: reports.History, after: Place | None) -> dict[str, str]:
    side = {"side": "about"} if request.GET.get("side") == "about" else {}
    earlier = ""
    if found.beyond is not None:
        earlier = "?" + urlencode({**side, "after": _cursor(found.beyond.occurred_at, found.beyond.entry_id)})
    newest = ("?" + urlencode(side)) if after is not None else ""
    return {"earlier_url": earlier, "newest_url": newest}


def _cursor(at: datetime, pk: UUID) -> str:
    return encode(NEWEST, ListPlace(at, pk))
