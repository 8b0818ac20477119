"""What each role may do, who has it, and the firm's own."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Role
from firmament.kernel.policies.roles import (
    change_role,
    copy_role,
    delete_role,
    powers_of_role,
    restore_role,
)
from firmament.kernel.web.effects import weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import searched
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.access.forms.roles import CopyForm, RoleForm
from firmament.modules.access.reports import roles as reports
from firmament.modules.access.views.tabs import access_tabs
from firmament.ui.shapes import Column, Crumb

# A field of the page on which a draft is tried, no part of the role (`trying`).
TRIED_ON = "tried_on"


@require_safe
@staff_page(Can.VIEW_ROLES)
def roles(request: FirmRequest) -> HttpResponse:
    """Every role with its people, and the matrix of roles and powers, room by room."""
    given = request.GET
    text = searched(given.get("q", ""))
    rooms = reports.rooms_to_choose()
    room = next((code for code, _title in rooms if code == given.get("room")), "")
    differing = given.get("show") == "differing"
    matrix = reports.matrix_for(text, room, differing=differing)
    context = {
        "tabs": access_tabs(request, "access:roles"),
        "lines": reports.role_lines(request.actor),
        "deleted": reports.role_lines(request.actor, deleted=True),
        "may_manage": may(request.actor, Can.MANAGE_ROLES),
        "matrix": matrix,
        "columns": [
            Column(label=_("What it allows")),
            *(Column(label=column.name) for column in matrix.columns),
        ],
        "span": len(matrix.columns) + 1,
        "q": text,
        "room": room,
        "rooms": rooms,
        "show": "differing" if differing else "",
        "shows": [("differing", _("Only where roles differ"))],
    }
    return page(request, "access/roles.html#matrix", context)


@require_safe
@staff_page(Can.VIEW_ROLES)
def role(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What a role allows, how it differs from the one it came from, and who holds it."""
    found = role_of(request, pk)
    facts = reports.role_facts(request.actor, found)
    context = {
        "role": found,
        "facts": facts,
        "line": facts.line,
        "crumbs": crumbs_to(),
        "may_manage": may(request.actor, Can.MANAGE_ROLES),
        "may_assign": may(request.actor, Can.ASSIGN_ROLES),
    }
    return page(request, "access/role.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_ROLES)
def role_copy(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Make a role of the firm's own that begins with what this one allows."""
    source = role_of(request, pk)
    form = CopyForm(sent(request), initial={"name": _("%(role)s, ours") % {"role": source.name}})
    if form.is_bound and form.is_valid():
        went, made = form.carry_out(lambda: copy_role(request.actor, source, **form.cleaned_data))
        if went and made is not None:
            toast(request, _("The role %(name)s stands. Now say what it allows.") % {"name": made.name})
            return go("access:role_change", pk=made.pk)
    return form_page(
        request,
        form,
        title=_("Copy the role %(name)s") % {"name": source.name},
        submit=_("Make the copy"),
        back_url=link("access:role", pk=source.pk),
        crumbs=crumbs_to(source),
        template="access/role_copy.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_ROLES)
def role_change(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Say what a role of the firm's own is called and what it allows."""
    found = role_of(request, pk)
    if found.built_in:
        toast(request, _("A built-in role stays as it is. Copy it, and change the copy."), tone="info")
        return go("access:role_copy", pk=found.pk)
    form, weighed = role_form(request, found), None
    if form.is_bound and form.is_valid():
        weighed = weigh(
            request, form, lambda: change_role(request.actor, found, **wanted(form)), besides=(TRIED_ON,)
        )
        if weighed.done:
            toast(request, _("Saved. It counts from this moment on."))
            return go("access:role", pk=found.pk)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("What the role %(name)s allows") % {"name": found.name},
        submit=_("Save"),
        back_url=link("access:role", pk=found.pk),
        crumbs=crumbs_to(found),
        template="access/role_change.html",
        kept=reports.named(form.kept),
        try_url=link("access:role_try", pk=found.pk),
    )


def role_form(request: FirmRequest, found: Role) -> RoleForm:
    """The form of a role, a draft of it or what it carries now."""
    clearances = reports.offered_clearances(request.actor)
    if found.clearance not in dict(clearances):
        clearances = [*clearances, (found.clearance, str(found.get_clearance_display()))]
    return RoleForm(
        sent(request),
        initial={"name": found.name, "clearance": found.clearance},
        clearances=clearances,
        rooms=reports.offered_powers(request.actor),
        carried=powers_of_role(found),
    )


def wanted(form: RoleForm) -> dict[str, Any]:
    """What the action takes."""
    given = form.cleaned_data
    return {"name": given["name"], "clearance": given["clearance"], "powers": form.powers()}


@require_POST
@staff_page(Can.MANAGE_ROLES)
def role_delete(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put a role away that nobody holds, with a way back."""
    found = role_of(request, pk)
    gone = carry_out(
        request,
        lambda: delete_role(request.actor, found),
        lambda: _("The role %(name)s is deleted.") % {"name": found.name},
        link("access:role_restore", pk=found.pk),
    )
    return go("access:roles") if gone else go("access:role", pk=found.pk)


@require_POST
@staff_page(Can.MANAGE_ROLES)
def role_restore(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Bring it back as it was."""
    found = role_of(request, pk)
    carry_out(
        request,
        lambda: restore_role(request.actor, found),
        lambda: _("The role %(name)s is back.") % {"name": found.name},
    )
    return go("access:role", pk=found.pk)


def role_of(request: FirmRequest, pk: UUID) -> Role:
    """The role, a deleted one too; 404 where there is none to see."""
    found: Role = get_object_or_404(Role.objects.visible_to(request.actor), pk=pk)
    return found


def crumbs_to(found: Role | None = None) -> tuple[Crumb, ...]:
    """The way to a role's pages."""
    crumbs = [Crumb(label=_("Access"), url=link("access:roles"))]
    if found is not None:
        crumbs.append(Crumb(label=found.name, url=link("access:role", pk=found.pk)))
    return tuple(crumbs)
