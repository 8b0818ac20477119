"""Saved views of a list: which there are for a reader, which the address shows, and which the list opens with.

A view is a part of the address under a name, and nothing else: what it shows is asked for anew, as the reader. What a
view names that the list no longer has (a column, a filter) is left out of the address it leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import QueryDict

from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.web.filters import Text, as_uuid
from firmament.kernel.web.models import SavedView, ViewDefault
from firmament.kernel.web.policies import Can
from firmament.kernel.web.requests import FirmRequest

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage

# The parameter that says which view an address came from; EVERYTHING is the list without any.
PARAMETER = "view"
EVERYTHING = "all"
# So many stand in the row; what is beyond stands in the menu.
SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyView:
    """A view that a list brings along and everybody has; nobody changes it. `query` is the part of an address."""

    title: Text
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLink:
    """One view, as the row and the menu show it."""

    title: str
    url: str
    current: bool
    shared: bool
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What the list's row of views and its menu draw.

    `modified`: the address shows something else than the view it came from. `opens`: the current view (or
    everything) is what the list opens with. `edit_url` is empty where the reader may not change the view.
    """

    links: tuple[ViewLink, ...]
    everything: ViewLink
    current: SavedView | None
    modified: bool
    opens: bool
    edit_url: str

    @property
    def in_row(self) -> tuple[ViewLink, ...]:
        """Those with a place in the row; the current one always has."""
        first = self.links[:SHOWN]
        return first + tuple(link for link in self.links[SHOWN:] if link.current)

    @property
    def beyond(self) -> tuple[ViewLink, ...]:
        return tuple(link for link in self.links[SHOWN:] if not link.current)


def normal(form: "ListPage", given: QueryDict) -> str:
    """The part of an address that makes a view, in one spelling: what the list has, in the list's own order."""
    pairs = [(name, given[name]) for one in form.filters for name in one.names if given.get(name)]
    chosen = set(given.getlist("columns"))
    columns = [column.key for column in form.columns if column.key in chosen]
    if columns != [column.key for column in form.columns if not column.hidden]:
        pairs += [("columns", key) for key in columns]
    sort = given.get("sort", "")
    if sort != form.order and sort.removeprefix("-") in {c.key for c in form.columns if c.sort}:
        pairs.append(("sort", sort))
    return urlencode(pairs)


def views_of(actor: Actor, form: "ListPage") -> Sequence[Any]:
    """The views the actor sees of this list, their own first; one query.

    Each knows `opens_mine` (the actor chose it), `everything_mine` (they chose everything), and `opens_role_at`, the
    time when it became what a role of theirs begins with.
    """
    mine = ViewDefault.objects.filter(Q(membership_id=actor.membership_id), list_name=form.name)
    for_roles = ViewDefault.objects.filter(
        list_name=form.name, role__code__in=actor.roles, view_id=OuterRef("pk")
    )
    found = (
        SavedView.objects.visible_to(actor)
        .standing()
        .filter(list_name=form.name)
        .annotate(
            opens_mine=Exists(mine.filter(view_id=OuterRef("pk"))),
            everything_mine=Exists(mine.filter(view__isnull=True)),
            opens_role_at=Subquery(for_roles.order_by("-created_at").values("created_at")[:1]),
        )
    )
    return sorted(found, key=lambda view: (view.owner_id != actor.membership_id, view.title.casefold()))


def opening(views: Sequence[Any]) -> Any | None:
    """What the list opens with: what the person chose, else what was last chosen for a role of theirs."""
    for view in views:
        if view.opens_mine:
            return view
    if any(view.everything_mine for view in views):
        return None
    for_roles = [view for view in views if view.opens_role_at is not None]
    return max(for_roles, key=lambda view: view.opens_role_at, default=None)


def address_of(request: FirmRequest, form: "ListPage", view: SavedView) -> str:
    """Where a view leads: the list, asked for what of the view still exists."""
    query = normal(form, QueryDict(view.query))
    return f"{request.path}?{urlencode({PARAMETER: view.pk})}{'&' if query else ''}{query}"


def _ready(request: FirmRequest, form: "ListPage", now_shown: str) -> tuple[ViewLink, ...]:
    """The list's own views; current is the one whose question is asked, wherever the address came from."""
    found = []
    for view in form.ready:
        query = normal(form, QueryDict(view.query))
        found.append(
            ViewLink(
                title=str(view.title),
                url=f"{request.path}?{urlencode({PARAMETER: EVERYTHING})}&{query}",
                current=query == now_shown,
                shared=False,
                opens=False,
            )
        )
    return tuple(found)


def everything_address(request: FirmRequest) -> str:
    """The list as it is without any view."""
    return f"{request.path}?{PARAMETER}={EVERYTHING}"


def offered(request: FirmRequest) -> bool:
    """Whether this reader has views at all; clients have none."""
    return request.actor.domain == Domain.STAFF


def shown(request: FirmRequest, form: "ListPage", views: Sequence[Any]) -> Views:
    """The views beside what this address asks for."""
    asked = as_uuid(request.GET.get(PARAMETER, ""))
    current = next((view for view in views if view.pk == asked), None)
    now_shown = normal(form, request.GET)
    first = opening(views)
    plain = current is None and not now_shown
    links = tuple(
        ViewLink(
            title=view.title,
            url=address_of(request, form, view),
            current=view is current,
            shared=view.sharing != SavedView.Sharing.PRIVATE,
            opens=view is first,
        )
        for view in views
    )
    links += _ready(request, form, now_shown if current is None else "")
    changeable = current is not None and allows(request.actor, Can.CHANGE_VIEW, current)
    before = normal(form, QueryDict(current.query)) if current is not None else ""
    return Views(
        links=links,
        everything=ViewLink(
            title="", url=everything_address(request), current=plain, shared=True, opens=first is None
        ),
        current=current,
        modified=now_shown != before,
        opens=current is first,
        edit_url=f"{request.path}?edit_view={current.pk}" if current is not None and changeable else "",
    )
