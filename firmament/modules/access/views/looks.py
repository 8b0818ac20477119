"""Seeing Firmament as somebody else sees it: whom, why, and who has done so."""

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from firmament.kernel.identity.look_session import remember, session_id_of
from firmament.kernel.identity.looking import begin_look
from firmament.kernel.identity.models import Look
from firmament.kernel.identity.policies import Can
from firmament.kernel.policies.decide import may
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.access.forms.looks import LookForm
from firmament.modules.access.reports import looks as reports
from firmament.modules.access.views.tabs import access_tabs
from firmament.ui.shapes import Crumb


@require_safe
@staff_page(Can.VIEW_LOOKS)
def looks(request: FirmRequest) -> HttpResponse:
    """Who looked as whom, when and why; for everybody what was looked at as them."""
    context = {
        "tabs": access_tabs(request, "access:looks"),
        "lines": reports.looks_for(request.actor),
        "may_look": may(request.actor, Can.SEE_AS),
    }
    return page(request, "access/looks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.SEE_AS)
def look_new(request: FirmRequest) -> HttpResponse:
    """Choose a person and say why; from then on this browser sees what they see, and changes nothing."""
    form = LookForm(
        sent(request),
        people=reports.to_look_as(request.actor),
        initial={"person": request.GET.get("person", "")},
    )
    session_id = session_id_of(request)
    if form.is_bound and form.is_valid() and session_id is not None:
        member, user = reports.whom(request.actor, form.cleaned_data["person"])
        went, look = form.carry_out(
            lambda: begin_look(
                request.actor,
                reason=form.cleaned_data["reason"],
                session_id=session_id,
                member=member,
                person=user,
            )
        )
        if went and isinstance(look, Look):
            return HttpResponseRedirect(remember(request, look, request.firm).home, status=303)
    return form_page(
        request,
        form,
        title=_("See Firmament as somebody else"),
        submit=_("Start looking"),
        back_url=link("access:looks"),
        crumbs=(Crumb(label=_("Seen as"), url=link("access:looks")),),
        template="access/look_new.html",
    )
