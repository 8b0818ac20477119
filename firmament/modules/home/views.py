"""The first page of staff."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.decide import may
from firmament.kernel.proof.verify import trail_is_broken
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.home.policies import Can
from firmament.modules.home.reports import SHOWN, called, day_of


@staff_page(Can.VIEW)
@require_safe
def home(request: FirmRequest) -> HttpResponse:
    day = day_of(request.actor)
    return page(
        request,
        "home/home.html",
        {
            "day": day,
            "first_name": called(request.user.name),
            "shown": SHOWN,
            "trail_changed": may(request.actor, Entry.view_power) and trail_is_broken(),
        },
    )
