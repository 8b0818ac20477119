"""Saved views at the list's own address: every step is a POST that ends in a redirect; the form has `?edit_view=`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import allows
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.web import view_actions
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.filters import as_uuid
from firmament.kernel.web.models import SavedView, SavedViewTeam, ViewDefault
from firmament.kernel.web.page import page
from firmament.kernel.web.policies import Can
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.saved_views import EVERYTHING, PARAMETER, address_of, everything_address, normal
from firmament.kernel.web.toasts import toast

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage


def answer(request: FirmRequest, form: "ListPage") -> HttpResponse:
    """One step (`view_step`, in the body or, for an undo, in the address)."""
    name = request.POST.get("view_step") or request.GET.get("view_step") or ""
    step = _STEPS.get(name)
    return step(request, form) if step is not None else error_page(request, 400)


def edit_page(
    request: FirmRequest, form: "ListPage", *, refused: ValidationError | None = None
) -> HttpResponse:
    """Name, sharing and roles of one view; after a refusal with what was typed."""
    view = _view(request, form, "edit_view")
    if not allows(request.actor, Can.CHANGE_VIEW, view):
        raise Http404
    typed = request.POST if request.method == "POST" else None
    may_share = allows(request.actor, Can.SHARE_VIEW)
    context = {
        "list": form,
        "view": view,
        "title": typed.get("title", "") if typed is not None else view.title,
        "problems": _problems(refused),
        "may_share": may_share,
        "action_url": request.get_full_path(),
        "back_url": address_of(request, form, view),
    }
    if may_share:
        sharing = typed.get("sharing", "") if typed is not None else view.sharing
        teams = SavedViewTeam.objects.filter(view=view).values_list("team_id", flat=True)
        context["teams"] = _ticked(Team.objects.visible_to(request.actor).standing(), teams, typed, "teams")
        context["sharing"] = [
            (value, label, value == sharing)
            for value, label in SavedView.Sharing.choices
            if value != SavedView.Sharing.TEAMS or context["teams"]
        ]
        roles = ViewDefault.objects.filter(view=view, role__isnull=False).values_list("role_id", flat=True)
        context["roles"] = _ticked(Role.objects.standing(), roles, typed, "roles")
    return page(request, "web/view_form.html", context, status=422 if refused is not None else 200)


def _ticked(rows: Any, chosen: Any, typed: Any, name: str) -> list[tuple[str, str, bool]]:
    """Values, words, and whether each is ticked."""
    ticked = set(typed.getlist(name)) if typed is not None else {str(pk) for pk in chosen}
    return [
        (str(pk), words, str(pk) in ticked) for pk, words in rows.order_by("name").values_list("pk", "name")
    ]


def _problems(refused: ValidationError | None) -> dict[str, str]:
    """What was refused, by field; what belongs to none stands at the name."""
    if refused is None:
        return {}
    by_field = refused.message_dict if hasattr(refused, "error_dict") else {"title": refused.messages}
    known = ("title", "sharing", "teams")
    found: dict[str, str] = {}
    for name, messages in by_field.items():
        place = name if name in known else "title"
        found[place] = " ".join([*([found[place]] if place in found else []), *map(str, messages)])
    return found


def _view(request: FirmRequest, form: "ListPage", parameter: str) -> SavedView:
    pk = as_uuid(request.GET.get(parameter, ""))
    view = SavedView.objects.visible_to(request.actor).filter(pk=pk, list_name=form.name).first()
    if not isinstance(view, SavedView):
        raise Http404
    return view


def _save(request: FirmRequest, form: "ListPage") -> HttpResponse:
    title = request.POST.get("title", "")
    try:
        view = view_actions.save_view(
            request.actor, list_name=form.name, title=title, query=normal(form, request.GET)
        )
    except ValidationError as refused:
        context = {
            "list": form,
            "title": title,
            "problems": _problems(refused),
            "action_url": request.get_full_path(),
            "back_url": request.get_full_path(),
        }
        return page(request, "web/view_form.html", context, status=422)
    toast(request, _("View saved. You find it above the list."))
    return HttpResponseRedirect(address_of(request, form, view), status=303)


def _update(request: FirmRequest, form: "ListPage") -> HttpResponse:
    view = _view(request, form, PARAMETER)
    view_actions.update_view(request.actor, view, query=normal(form, request.GET))
    toast(request, _("The view shows this from now on."))
    return HttpResponseRedirect(address_of(request, form, view), status=303)


def _edit(request: FirmRequest, form: "ListPage") -> HttpResponse:
    view = _view(request, form, "edit_view")
    try:
        view_actions.edit_view(
            request.actor,
            view,
            title=request.POST.get("title", ""),
            sharing=request.POST.get("sharing", view.sharing),
            team_ids=_ids(request, "teams"),
            role_ids=_ids(request, "roles"),
        )
    except ValidationError as refused:
        return edit_page(request, form, refused=refused)
    toast(request, _("View changed."))
    seen = SavedView.objects.visible_to(request.actor).filter(pk=view.pk).exists()
    onward = address_of(request, form, view) if seen else everything_address(request)
    return HttpResponseRedirect(onward, status=303)


def _ids(request: FirmRequest, name: str) -> list[UUID]:
    return [pk for pk in map(as_uuid, request.POST.getlist(name)) if pk is not None]


def _remove(request: FirmRequest, form: "ListPage") -> HttpResponse:
    view = _view(request, form, "edit_view" if "edit_view" in request.GET else PARAMETER)
    view_actions.remove_view(request.actor, view)
    undo_url = f"{request.path}?view_step=restore&{PARAMETER}={view.pk}"
    toast(request, _("View “%(title)s” removed.") % {"title": view.title}, undo_url)
    return HttpResponseRedirect(everything_address(request), status=303)


def _restore(request: FirmRequest, form: "ListPage") -> HttpResponse:
    view = _view(request, form, PARAMETER)
    try:
        view_actions.restore_view(request.actor, view)
    except ValidationError as refused:
        toast(request, " ".join(_problems(refused).values()), tone="warning")
        return HttpResponseRedirect(everything_address(request), status=303)
    toast(request, _("View “%(title)s” is back.") % {"title": view.title}, tone="info")
    return HttpResponseRedirect(address_of(request, form, view), status=303)


def _open(request: FirmRequest, form: "ListPage") -> HttpResponse:
    view = None if request.GET.get(PARAMETER, EVERYTHING) == EVERYTHING else _view(request, form, PARAMETER)
    view_actions.open_with(request.actor, list_name=form.name, view=view)
    toast(request, _("From now on the list opens like this."))
    onward = address_of(request, form, view) if view is not None else everything_address(request)
    return HttpResponseRedirect(onward, status=303)


_STEPS: dict[str, Callable[[FirmRequest, "ListPage"], HttpResponse]] = {
    "save": _save,
    "update": _update,
    "edit": _edit,
    "remove": _remove,
    "restore": _restore,
    "open": _open,
}
