"""The firm's folders, room by room: what each is called, where it lies, and what lies in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.labels.areas import FolderArea, folder_area, folder_areas
from firmament.kernel.labels.folders import (
    FolderNode,
    delete_folder,
    folder_tree,
    make_folder,
    move_folder,
    rename_folder,
)
from firmament.kernel.labels.models import Folder
from firmament.kernel.labels.policies import Can
from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import say_refusal, toast
from firmament.modules.governance.forms import FolderForm
from firmament.ui.shapes import Crumb, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """A line of the page. `inside` is the name of the folder above, `first` and `last` its place among its neighbours."""

    node: FolderNode
    inside: str
    first: bool
    last: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def folders(request: FirmRequest) -> HttpResponse:
    """The tree of one room (`?area=`, else the first) with how much lies in each; POST makes a folder."""
    areas = areas_for(request.actor)
    area = _chosen(areas, request.GET.get("area", ""))
    form = FolderForm(
        sent(request), area=area.area if area else "", initial={"parent": request.GET.get("in")}
    )
    if area and form.is_bound and form.is_valid():
        given = form.cleaned_data
        went, made = form.carry_out(lambda: make_folder(request.actor, area=area.area, **given))
        if went and made is not None:
            toast(request, _("The folder %(name)s was made.") % {"name": made.name})
            return _back(made)
    context = {
        "area": area,
        "tabs": _tabs(areas, area),
        "rows": tuple(_rows(folder_tree(area.area, content=area.seen_by(request.actor)))) if area else (),
        "list_url": link(area.url_name) if area else "",
        "form": form,
        "may_manage": may(request.actor, Can.MANAGE_FOLDERS),
    }
    return page(request, "governance/folders.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_FOLDERS)
def folder(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Call it something else, or put it, with all that lies in it, into another folder."""
    found = _seen(request, pk)
    form = FolderForm(
        sent(request), area=found.area, but=found, initial={"name": found.name, "parent": found.parent_id}
    )
    if form.is_bound and form.is_valid():
        went, _changed = form.carry_out(lambda: _change(request.actor, found, form))
        if went:
            toast(request, _("The folder was changed."))
            return _back(found)
    return form_page(
        request,
        form,
        title=found.name,
        submit=_("Save"),
        back_url=_address(found.area),
        crumbs=(Crumb(label=_("Folders"), url=_address(found.area)),),
    )


@require_POST
@staff_page(Can.MANAGE_FOLDERS)
def folder_shift(request: FirmRequest, pk: UUID, way: Literal["up", "down"]) -> HttpResponse:
    """One place up or down among its neighbours."""
    found = _seen(request, pk)
    neighbours = Folder.objects.of(found.area).filter(parent=found.parent_id)
    place = list(neighbours.values_list("pk", flat=True)).index(found.pk)
    move_folder(
        request.actor, found, parent=found.parent, position=max(0, place + (1 if way == "down" else -1))
    )
    return _back(found)


@require_POST
@staff_page(Can.MANAGE_FOLDERS)
def folder_delete(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Away with the folder; what lies in it moves to the one above, so nothing is lost."""
    found = _seen(request, pk)
    area = folder_area(found.area)
    try:
        moved = delete_folder(
            request.actor, found, content=area.everything(), through=area.through, moving_up=True
        )
    except ValidationError as refused:
        say_refusal(request, refused)
    else:
        toast(request, _said(found.name, moved))
    return HttpResponseRedirect(_address(found.area), status=303)


def areas_for(actor: Actor) -> list[FolderArea]:
    """The rooms with folders whose things the reader may see."""
    return [area for area in folder_areas() if may(actor, area.model.view_power)]


def _chosen(areas: list[FolderArea], name: str) -> FolderArea | None:
    if not name:
        return areas[0] if areas else None
    found = next((area for area in areas if area.area == name), None)
    if found is None:
        raise Http404
    return found


def _rows(nodes: Iterable[FolderNode], inside: str = "") -> Iterator[FolderRow]:
    here = list(nodes)
    for place, node in enumerate(here):
        yield FolderRow(node=node, inside=inside, first=place == 0, last=place == len(here) - 1)
        yield from _rows(node.children, node.name)


def _change(actor: Actor, found: Folder, form: FolderForm) -> None:
    rename_folder(actor, found, name=form.cleaned_data["name"])
    if form.cleaned_data["parent"] != found.parent:
        move_folder(actor, found, parent=form.cleaned_data["parent"])


def _said(name: str, moved: int) -> str:
    if not moved:
        return _("The folder %(name)s was deleted.") % {"name": name}
    return ngettext(
        "The folder %(name)s was deleted. What lay in it, %(n)s thing, lies one higher.",
        "The folder %(name)s was deleted. What lay in it, %(n)s things, lies one higher.",
        moved,
    ) % {"name": name, "n": moved}


def _seen(request: FirmRequest, pk: UUID) -> Folder:
    """A folder of a room that the reader sees into; 404 otherwise."""
    names = [area.area for area in areas_for(request.actor)]
    found: Folder = get_object_or_404(
        Folder.objects.visible_to(request.actor).select_related("parent"), pk=pk, area__in=names
    )
    return found


def _tabs(areas: list[FolderArea], here: FolderArea | None) -> tuple[Tab, ...]:
    if len(areas) < 2:
        return ()
    return tuple(Tab(label=str(area.title), url=_address(area.area), active=area == here) for area in areas)


def _address(area: str) -> str:
    return f"{link('governance:folders')}?area={area}"


def _back(found: Folder) -> HttpResponse:
    """To the page, at the folder: whoever moves one step by step with the keyboard stays where it is."""
    return HttpResponseRedirect(f"{_address(found.area)}#folder-{found.pk}", status=303)
