"""How the firm is set up, and how it looks."""

from typing import cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.files.models import StoredFile
from firmament.kernel.policies.decide import may, require
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.actions.settings import (
    OF_THE_FIRM,
    OF_THE_PROFILE,
    SettingsFields,
    change_settings,
    choose_palette,
    profile_of_firm,
    put_logo,
    remove_logo,
)
from firmament.modules.firms.forms.settings import PALETTE_NAMES, LogoForm, PaletteForm, SettingsForm
from firmament.modules.firms.policies import Can
from firmament.modules.firms.views.tabs import settings_tabs
from firmament.ui.shell import PALETTES


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_SETTINGS)
def settings(request: FirmRequest) -> HttpResponse:
    """Name, addresses, time zone, formats, currency. Who may not change them reads them."""
    profile, changes = profile_of_firm(), may(request.actor, Can.CHANGE_SETTINGS)
    initial = {name: getattr(request.firm, name) for name in OF_THE_FIRM}
    initial |= {name: getattr(profile, name) for name in OF_THE_PROFILE}
    bound = request.method == "POST"
    if bound:
        # Asked before the form: its fields are shut for those who may not, and would seem valid.
        require(request.actor, Can.CHANGE_SETTINGS, profile)
    form = SettingsForm(request.POST if bound else None, initial=initial, disabled=not changes)
    if bound and form.is_valid():
        went, _n = form.carry_out(
            lambda: change_settings(request.actor, **cast(SettingsFields, form.cleaned_data))
        )
        if went:
            toast(request, _("Saved."))
            return go("firms:settings")
    context = {
        "tabs": settings_tabs(request, "firms:settings"),
        "form": form,
        "may_change": changes,
        "slug": request.firm.slug,
    }
    return page(request, "firms/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_SETTINGS)
def brand(request: FirmRequest) -> HttpResponse:
    """Colour and logo; POST chooses a colour."""
    profile = profile_of_firm()
    form = PaletteForm(request.POST if request.method == "POST" else None, initial={"palette": profile.brand})
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(lambda: choose_palette(request.actor, palette=form.cleaned_data["palette"]))
        if went:
            toast(request, _("The firm wears its new colour."))
            return go("firms:brand")
    return _brand_page(request, form, LogoForm())


@require_POST
@staff_page(Can.CHANGE_SETTINGS)
def logo_put(request: FirmRequest) -> HttpResponse:
    """Take a picture in; it shows once it has been scanned."""
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        uploaded = cast(UploadedFile, form.cleaned_data["logo"])
        went, _n = form.carry_out(lambda: put_logo(request.actor, uploaded))
        if went:
            toast(request, _("Received. It appears as soon as it has been scanned."))
            return go("firms:brand")
    return _brand_page(request, PaletteForm(initial={"palette": profile_of_firm().brand}), form)


@require_POST
@staff_page(Can.CHANGE_SETTINGS)
def logo_remove(request: FirmRequest) -> HttpResponse:
    """Back to the firm's initials."""
    remove_logo(request.actor)
    toast(request, _("The firm’s initials are shown again."))
    return go("firms:brand")


def _brand_page(request: FirmRequest, palette: PaletteForm, logo: LogoForm) -> HttpResponse:
    profile = profile_of_firm()
    stored = StoredFile.objects.filter(pk=profile.logo_id).first() if profile.logo_id else None
    context = {
        "tabs": settings_tabs(request, "firms:brand"),
        "palettes": [(name, PALETTE_NAMES[name], name == profile.brand) for name in PALETTES],
        "form": palette,
        "logo_form": logo,
        "stored": stored,
        "logo_url": link("firms:logo", pk=stored.pk) if stored is not None and stored.is_ready else "",
        "checking": stored is not None and stored.state == StoredFile.State.SCANNING,
        "stopped": stored is not None and stored.state == StoredFile.State.QUARANTINED,
        "may_change": may(request.actor, Can.CHANGE_SETTINGS),
    }
    failed = palette.errors or logo.errors
    return page(request, "firms/brand.html#logo", context, status=422 if failed else 200)
