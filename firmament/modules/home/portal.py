"""The first page of a client."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from firmament.kernel.web.entrances import portal_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.home.policies import Can
from firmament.modules.home.reports import called, next_step_of


@portal_page(Can.VIEW_PORTAL)
@require_safe
def home(request: FirmRequest) -> HttpResponse:
    values = {**next_step_of(request.actor), "first_name": called(request.user.name)}
    return page(request, "home/portal.html", values)
