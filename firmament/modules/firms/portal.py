"""The profile of a client's person, and the firm's logo in the portal."""

from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.web.entrances import portal_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.actions.profile import ProfileFields, change_profile
from firmament.modules.firms.forms.profile import ProfileForm, ThemeForm
from firmament.modules.firms.policies import Can
from firmament.modules.firms.reports.logo import logo_answer
from firmament.modules.firms.reports.profile import ways


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page(Can.USE_PROFILE, personal=True)
def profile(request: FirmRequest) -> HttpResponse:
    """Name, time zone, formats, appearance; and the ways to address, password and sessions."""
    form = ProfileForm(request.POST if request.method == "POST" else None, user=request.user, staff=False)
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(
            lambda: change_profile(request.actor, request.user, **cast(ProfileFields, form.cleaned_data))
        )
        if went:
            toast(request, _("Saved."))
            return go("firms_portal:profile")
    context = {"layout": "ui/portal.html", "form": form, "ways": ways(), "email": request.user.email}
    return page(request, "firms/profile.html", context, status=422 if form.errors else 200)


@require_POST
@portal_page(Can.USE_PROFILE, personal=True)
def theme(request: FirmRequest) -> HttpResponse:
    """Light, dark, or as the device; then back to where it was chosen."""
    form = ThemeForm(request.POST)
    if form.is_valid():
        change_profile(request.actor, request.user, theme=form.cleaned_data["theme"])
    place = urlsplit(request.headers.get("Referer", ""))
    inside = place.netloc == request.get_host() and place.path.startswith(f"/portal/{request.firm.slug}/")
    return HttpResponseRedirect(place.path if inside else link("firms_portal:profile"), status=303)


@require_safe
@portal_page(Can.VIEW_LOGO)
def logo(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The firm's logo."""
    return logo_answer(pk)
