"""A draft of a role, tried on somebody before it is saved."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.access.reports import roles as roles_reports
from firmament.modules.access.reports import trying as reports
from firmament.modules.access.views.roles import TRIED_ON, crumbs_to, role_form, role_of, wanted


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_ROLES)
def role_try(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What somebody would gain and lose if the role were as it stands in the form. Nothing is saved."""
    role = role_of(request, pk)
    if role.built_in:
        toast(request, _("A built-in role stays as it is. Copy it, and change the copy."), tone="info")
        return go("access:role_copy", pk=role.pk)
    form, tried = role_form(request, role), None
    member = reports.member_to_try(request.actor, role, as_uuid(request.POST.get(TRIED_ON, "")))
    if form.is_bound and form.is_valid() and member is not None:
        _went, tried = form.carry_out(lambda: reports.tried(request.actor, member, role, wanted(form)))
    context = {
        "form": form,
        "role": role,
        "crumbs": crumbs_to(role),
        "kept": roles_reports.named(form.kept),
        "people": reports.people_to_try(request.actor, role),
        "field": TRIED_ON,
        "member": member,
        "tried": tried,
        "save_url": link("access:role_change", pk=role.pk),
    }
    return page(request, "access/role_try.html", context, status=422 if form.errors else 200)
