"""One's own profile, for staff, with the keys they make for programs."""

from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.identity.actions import issue_token, revoke_token
from firmament.kernel.identity.models import ApiToken
from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.actions.profile import ProfileFields, change_profile
from firmament.modules.firms.forms.profile import ProfileForm, ThemeForm, TokenForm
from firmament.modules.firms.policies import Can
from firmament.modules.firms.reports.logo import logo_answer
from firmament.modules.firms.reports.profile import tokens_of, usual_end, ways
from firmament.ui.shapes import Crumb


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.USE_PROFILE, personal=True)
def profile(request: FirmRequest) -> HttpResponse:
    """Name, time zone, formats, appearance; and the ways to address, password, sessions and tokens."""
    form = ProfileForm(request.POST if request.method == "POST" else None, user=request.user, staff=True)
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(
            lambda: change_profile(request.actor, request.user, **cast(ProfileFields, form.cleaned_data))
        )
        if went:
            toast(request, _("Saved."))
            return go("firms:profile")
    makes_tokens = may(request.actor, Identity.ISSUE_TOKENS)
    context: dict[str, Any] = {
        "layout": "ui/workspace.html",
        "form": form,
        "ways": ways(),
        "email": request.user.email,
        "makes_tokens": makes_tokens,
        "tokens": tokens_of(request.actor) if makes_tokens else (),
        "may_lend": may(request.actor, Powers.LEND),
        "may_see_looks": may(request.actor, Identity.VIEW_LOOKS),
    }
    return page(request, "firms/profile.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Can.USE_PROFILE, personal=True)
def theme(request: FirmRequest) -> HttpResponse:
    """Light, dark, or as the device; then the page from which it was chosen, which the server draws in it."""
    form = ThemeForm(request.POST)
    if form.is_valid():
        change_profile(request.actor, request.user, theme=form.cleaned_data["theme"])
    return HttpResponseRedirect(came_from(request) or link("firms:profile"), status=303)


def came_from(request: FirmRequest) -> str:
    """The path of the page that sent the form, if it is one of this firm's; empty otherwise."""
    place = urlsplit(request.headers.get("Referer", ""))
    inside = place.netloc == request.get_host() and place.path.startswith(f"/w/{request.firm.slug}/")
    return f"{place.path}?{place.query}" if inside and place.query else place.path if inside else ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Identity.ISSUE_TOKENS, personal=True)
def token_new(request: FirmRequest) -> HttpResponse:
    """Make a key. Its secret stands on the answer to this POST, and nowhere ever again."""
    form = TokenForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"ends_on": usual_end()},
    )
    crumbs = (Crumb(label=_("Your profile"), url=link("firms:profile")),)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        went, made = form.carry_out(
            lambda: issue_token(
                request.actor, name=given["name"], scopes=given["scopes"], expires_at=form.expires_at()
            )
        )
        if went and made is not None:
            token, secret = made
            context = {"token": token, "secret": secret, "crumbs": crumbs}
            return page(request, "firms/token_made.html", context)
    context = {
        "form": form,
        "title": _("New API token"),
        "submit": _("Make the token"),
        "crumbs": crumbs,
        "back_url": link("firms:profile"),
    }
    return page(request, "firms/form_page.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Identity.REVOKE_TOKENS)
def token_revoke(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Refuse a key from the very next request on: one's own, or a colleague's with the power."""
    token: ApiToken = get_object_or_404(ApiToken.objects.visible_to(request.actor), pk=pk)
    revoke_token(request.actor, token)
    toast(request, _("The token %(name)s no longer works.") % {"name": token.name})
    own = token.maker_id == request.actor.membership_id
    back = link("firms:profile") if own else link("firms:person", pk=token.maker_id)
    return HttpResponseRedirect(back, status=303)


@require_safe
@staff_page(Can.VIEW_LOGO)
def logo(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The firm's logo."""
    return logo_answer(pk)
