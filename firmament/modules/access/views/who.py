"""Who can see this?"""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid, searched
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.access.actions.questions import ask_who
from firmament.modules.access.reports import questions, subjects
from firmament.modules.access.views.tabs import access_tabs


@require_safe
@staff_page(Can.VIEW_AUDIENCE, recorded_read=True)
def who(request: FirmRequest) -> HttpResponse:
    """Choose a thing; then everybody who can see it, staff and clients' people, each by which path.

    With `power` the question is who can do that to it. The question stands in the address.
    """
    given, actor = request.GET, request.actor
    kinds = subjects.kinds()
    label = given.get("kind", kinds[0].label if kinds else "")
    kind = next((one for one in kinds if one.label == label), None)
    pk = as_uuid(given.get("subject", ""))
    subject = subjects.subject_of(actor, label, pk) if pk else None
    if pk and subject is None:
        raise Http404
    text = searched(given.get("q", ""))
    found = subjects.choices(actor, kind, text) if kind and subject is None else []
    context: dict[str, Any] = {
        "tabs": access_tabs(request, "access:who"),
        "kinds": [(one.label, one.title) for one in kinds],
        "kind": kind,
        "q": text,
        "found": found[: subjects.OFFERED],
        "more": len(found) > subjects.OFFERED,
        "subject": subject,
    }
    if subject is not None:
        context |= _answered(request, subject)
    return page(request, "access/who.html#choices", context)


def _answered(request: FirmRequest, subject: FirmModel) -> dict[str, Any]:
    offered = questions.powers_on(subject._meta.label_lower)
    asked = request.GET.get("power", "")
    power = asked if asked in dict(offered) else subject.view_power
    audience = ask_who(request.actor, power, subject)
    return {
        "audience": audience,
        "power": power,
        "offered": offered,
        "sees": power == subject.view_power,
        "title": _("Who can see this?") if power == subject.view_power else audience.title,
        "may_explain": may(request.actor, Can.EXPLAIN),
        "may_wall": may(request.actor, Can.VIEW_WALLS),
    }
