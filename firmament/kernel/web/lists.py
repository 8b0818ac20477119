"""Lists: filters in the address, pages by cursor, sorting, choice of columns, export, bulk actions.

A list is a frozen declaration passed to a function: `return list_page(request, CLIENTS, queryset)`. GET draws
it (or its `#rows` for htmx); POST to the same address exports it or does something to many rows at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.web import bulk as bulk_actions
from firmament.kernel.web import export_pages, exports, saved_views, view_pages
from firmament.kernel.web.bulk import BulkAction
from firmament.kernel.web.cells import Column, draw
from firmament.kernel.web.counting import COUNTED, CountOf, countable
from firmament.kernel.web.dashboards import Aspect, tabs
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.filters import Control, Filter, Text
from firmament.kernel.web.keyset import (
    BadCursor,
    Finder,
    Order,
    beyond,
    decode,
    encode,
    order_of,
    ordering,
    place_of,
)
from firmament.kernel.web.links import link, row_links
from firmament.kernel.web.page import page, wants_fragment
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.saved_views import ReadyView
from firmament.kernel.web.titles import call_list
from firmament.ui import shapes
from firmament.ui.readable import number

ROWS = "web/list.html"
TOTAL = "total_matching"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAction:
    """What a list's head offers whoever has the power: a primary one is a button, the others stand in a menu."""

    label: Text
    url_name: str
    power: str
    icon: str = "plus"
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What stands there when the firm has none of it yet: what this is, and one next step."""

    title: Text
    text: Text
    icon: str = "inbox"
    action: ListAction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list. `name` ("clients.clients") is what exports and bulk actions are recorded under.

    `counted(12)` says "12 clients". `row_url` names the page of a row (`pk`), `row_name` the path of what a row
    is called aloud. `order` is the key of a column that sorts, "-" for descending. `export` is the base of the file
    name; empty: no export. `ready` are views that everybody has. `checksum`: an exported file says how it can be known
    unchanged. `tabs` are the room's pages beside this one, `url_name` its own among them. `template` extends `web/list.html` where a room has more to show.
    """

    name: str
    title: Text
    counted: Callable[[int], str]
    columns: tuple[Column, ...]
    order: str
    filters: tuple[Filter, ...] = ()
    row_url: str = ""
    row_name: str = "name"
    page_size: int = 50
    about: Text = ""
    actions: tuple[ListAction, ...] = ()
    bulk: tuple[BulkAction, ...] = ()
    export: str = ""
    export_power: str = ""
    empty: Empty | None = None
    tabs: tuple[Aspect, ...] = ()
    url_name: str = ""
    template: str = ROWS
    ready: tuple[ReadyView, ...] = ()
    checksum: bool = False

    def __post_init__(self) -> None:
        call_list(self.name, self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A list as this address asks for it."""

    columns: tuple[Column, ...]
    sort: str
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """One row, ready for the template. `cells` are (class, inside) pairs."""

    pk: str
    url: str
    name: str
    cells: tuple[tuple[str, str], ...]


def list_page(
    request: FirmRequest,
    form: ListPage,
    rows: "QuerySet[Any]",
    extra: Mapping[str, Any] | None = None,
    *,
    finder: Finder | None = None,
) -> HttpResponseBase:
    """Answer for the list. `rows` must have passed the read gate (`visible_to`).

    A `finder`, where given, finds the page's rows instead of the filters: just what they would leave.
    """
    if exports.PARAMETER in request.GET and form.export and request.actor.domain == Domain.STAFF:
        return export_pages.answer(request, form)
    view = _view(form, rows, request.GET)
    if request.method == "POST":
        return _post(request, form, view, rows)
    if request.method not in ("GET", "HEAD"):
        return error_page(request, 405)
    if "edit_view" in request.GET and saved_views.offered(request):
        return view_pages.edit_page(request, form)
    views = saved_views.views_of(request.actor, form) if saved_views.offered(request) else ()
    first = saved_views.opening(views)
    if first is not None and not request.GET and not wants_fragment(request):
        return HttpResponseRedirect(saved_views.address_of(request, form, first))
    context = _found(request, form, view, rows, finder)
    context["views"] = saved_views.shown(request, form, views) if saved_views.offered(request) else None
    context |= _filters(request, form, full=not wants_fragment(request))
    if wants_fragment(request):
        # The rows are defined in the template that a room extends; an heir's own file knows no fragment of it.
        return page(request, f"{ROWS}#rows", {**context, "apart": True, **(extra or {})})
    context |= _head(request, form, view)
    return page(request, form.template, {**context, **(extra or {})})


def _found(
    request: FirmRequest, form: ListPage, view: View, rows: "QuerySet[Any]", finder: Finder | None
) -> dict[str, Any]:
    """The rows of this page."""
    narrowed = _narrow(form, rows, request.GET)
    found, earlier, later = _slice(form, view, narrowed, request.GET, finder)
    total = _total(narrowed, found, apart=earlier or later, finder=finder)
    return {
        "list": form,
        "layout": "ui/portal.html" if request.actor.domain == Domain.CLIENT else "ui/workspace.html",
        "rows": _drawn(form, view, found),
        "heads": _heads(view, request),
        "paging": _paging(form, view, found, request, total, earlier=earlier, later=later),
        "matching": _total_words(form, total),
        "bulk": [action for action in form.bulk if action.offered and may(request.actor, action.power)],
        "action_url": request.get_full_path(),
        "path": request.path,
        "everything_url": saved_views.everything_address(request),
    }


def _post(request: FirmRequest, form: ListPage, view: View, rows: "QuerySet[Any]") -> HttpResponseBase:
    narrowed = _narrow(form, rows, request.GET)
    kind = request.POST.get("export")
    if kind is not None and form.export:
        return exports.export(request, form, view.columns, narrowed.order_by(*ordering(view.order)), kind)
    if "undo" in request.GET or "bulk" in request.POST:
        return bulk_actions.answer(request, form, rows, narrowed)
    if saved_views.offered(request):
        return view_pages.answer(request, form)
    return error_page(request, 400)


def _view(form: ListPage, rows: "QuerySet[Any]", given: QueryDict) -> View:
    chosen = set(given.getlist("columns"))
    columns = tuple(c for c in form.columns if c.key in chosen)
    if not columns:
        columns = tuple(c for c in form.columns if not c.hidden)
    sortable = {c.key: c.sort for c in form.columns if c.sort}
    sort = given.get("sort", "")
    if sort.removeprefix("-") not in sortable:
        sort = form.order
    path = sortable.get(sort.removeprefix("-"), sort.removeprefix("-"))
    order = order_of(rows.model, f"-{path}" if sort.startswith("-") else path)
    return View(columns=columns, sort=sort, order=order)


def _narrow(form: ListPage, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
    for one in form.filters:
        rows = one.narrow(rows, given)
    return rows


def _slice(
    form: ListPage, view: View, rows: "QuerySet[Any]", given: QueryDict, finder: Finder | None
) -> tuple[list[dict[str, Any]], bool, bool]:
    """The rows of this page, and whether there are earlier and later ones."""
    order = view.order
    before, after = given.get("before", ""), given.get("after", "")
    try:
        place = decode(rows.model, order, before or after) if before or after else None
    except BadCursor:
        # The order was changed, or the address was cut: begin at the beginning.
        place, before, after = None, "", ""
    backwards = bool(before)
    beside = {} if _filtered(form, given) else {TOTAL: CountOf(countable(rows))}
    if finder is not None:
        rows = finder.page(order, place, backwards=backwards, most=form.page_size + 1)
    if place is not None:
        rows = rows.filter(beyond(order, place, backwards=backwards))
    paths = {path for column in view.columns for path in column.paths} | {"pk", order.path, form.row_name}
    found: list[dict[str, Any]] = list(
        rows.order_by(*ordering(order, backwards=backwards)).values(*sorted(paths), **beside)[
            : form.page_size + 1
        ]
    )
    more = len(found) > form.page_size
    del found[form.page_size :]
    if backwards:
        found.reverse()
        return found, more, True
    return found, bool(after), more


def _filtered(form: ListPage, given: QueryDict) -> bool:
    return any(given.get(name) for one in form.filters for name in one.names)


def _total(
    narrowed: "QuerySet[Any]", found: Sequence[Mapping[str, Any]], *, apart: bool, finder: Finder | None
) -> int:
    """How many match in all, at most one more than are counted.

    Of a whole list that comes with the rows. A search may have to look through everything for a few rows, and would do so
    twice: it is counted only where one page does not hold what was found.
    """
    if not apart:
        return len(found)
    if finder is not None:
        return finder.count(COUNTED + 1)
    beside = found[0].get(TOTAL) if found else None
    return beside if isinstance(beside, int) else countable(narrowed).count()


def _drawn(form: ListPage, view: View, found: Sequence[Mapping[str, Any]]) -> tuple[DrawnRow, ...]:
    address = row_links(form.row_url)
    return tuple(
        DrawnRow(
            pk=str(row["pk"]),
            url=address(row["pk"]),
            name=str(row.get(form.row_name) or ""),
            cells=tuple((column.css, draw(column, row, address(row["pk"]))) for column in view.columns),
        )
        for row in found
    )


def _heads(view: View, request: FirmRequest) -> tuple[shapes.Column, ...]:
    sorted_by, descending = view.sort.removeprefix("-"), view.sort.startswith("-")
    heads = []
    for column in view.columns:
        mine = column.key == sorted_by
        direction: shapes.Direction = ""
        if mine:
            direction = "descending" if descending else "ascending"
        target = f"-{column.key}" if mine and not descending else column.key
        heads.append(
            shapes.Column(
                label=str(column.label),
                sort_url=address(request, sort=target) if column.sort else "",
                direction=direction,
                numeric=column.numeric,
                priority=column.priority,
            )
        )
    return tuple(heads)


def _paging(
    form: ListPage,
    view: View,
    found: Sequence[Mapping[str, Any]],
    request: FirmRequest,
    total: int,
    *,
    earlier: bool,
    later: bool,
) -> shapes.Paging:
    if found and (earlier or later):
        counted = _total_words(form, total)
        words = _("%(shown)s of %(total)s") % {"shown": number(len(found)), "total": counted}
    else:
        words = form.counted(len(found))
    previous = encode(view.order, place_of(view.order, found[0])) if earlier and found else ""
    following = encode(view.order, place_of(view.order, found[-1])) if later and found else ""
    return shapes.Paging(
        words=words,
        previous_url=address(request, before=previous) if previous else "",
        next_url=address(request, after=following) if following else "",
    )


def _total_words(form: ListPage, total: int) -> str:
    return form.counted(total) if total <= COUNTED else _("more than %(n)s") % {"n": form.counted(COUNTED)}


def _filters(request: FirmRequest, form: ListPage, *, full: bool) -> dict[str, Any]:
    """The filters' controls for the whole page, and for both the chips of those that are on."""
    given = request.GET
    on = [one for one in form.filters if any(given.get(name) for name in one.names)]
    controls: dict[int, Control] = {
        id(one): one.control(request.actor, given) for one in (form.filters if full else on)
    }
    chips = []
    for one in on:
        control = controls[id(one)]
        words = one.words(control)
        if words:
            without = address(request, **dict.fromkeys(one.names, ""))
            chips.append(shapes.FilterChip(label=control.label, value=words, remove_url=without))
    shown = list(controls.values()) if full else []
    return {
        "search": next((c for c in shown if c.kind == "search"), None),
        "controls": [c for c in shown if c.kind not in ("search", "quiet")],
        "kept_quietly": [(n, v) for c in shown if c.kind == "quiet" for n, v in c.values.items() if v],
        "chips": chips,
        "clear_url": saved_views.everything_address(request) if len(chips) > 1 else "",
        "filtered": bool(chips),
    }


def _head(request: FirmRequest, form: ListPage, view: View) -> dict[str, Any]:
    chosen = {column.key for column in view.columns}
    kept = [(name, value) for name, values in request.GET.lists() for value in values]
    offered = [action for action in form.actions if may(request.actor, action.power)]
    return {
        "aspects": tabs(request, form.tabs, form.url_name),
        "actions": [_offer(action) for action in offered if action.primary],
        "further": [_offer(action) for action in offered if not action.primary],
        "empty_action": _empty_action(request, form),
        "exports_url": f"{request.path}?{exports.PARAMETER}=all",
        "can_export": bool(form.export) and (not form.export_power or may(request.actor, form.export_power)),
        "column_choices": [(c.key, str(c.label), c.key in chosen) for c in form.columns],
        "kept_for_columns": [(n, v) for n, v in kept if n not in ("columns", "after", "before")],
        "kept_for_filters": [(n, v) for n, v in kept if n in ("columns", "sort", saved_views.PARAMETER)],
    }


def _offer(action: ListAction) -> dict[str, str]:
    return {"label": str(action.label), "url": link(action.url_name), "icon": action.icon}


def _empty_action(request: FirmRequest, form: ListPage) -> dict[str, str] | None:
    action = form.empty.action if form.empty is not None else None
    if action is None or not may(request.actor, action.power):
        return None
    return _offer(action)


def address(request: FirmRequest, **changes: str) -> str:
    """This list's address with some parameters changed; an empty value takes one out, and the page starts anew."""
    given = request.GET.copy()
    for name in ("before", "after", "undo", "edit_view", "view_step"):
        given.pop(name, None)
    for name, value in changes.items():
        given.pop(name, None)
        if value:
            given[name] = value
    query = given.urlencode()
    # Without anything the list would open with its reader's own view, and not with what was asked for: everything.
    return f"{request.path}?{query}" if query else saved_views.everything_address(request)
