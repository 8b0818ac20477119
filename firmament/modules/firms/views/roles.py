"""What each role may do, and who has it."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.matrix import firm_matrix
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.firms.reports.people import people_by_role
from firmament.modules.firms.views.tabs import people_tabs
from firmament.ui.shapes import Column


@require_safe
@staff_page(Powers.VIEW_ROLES)
def roles(request: FirmRequest) -> HttpResponse:
    """The matrix of roles and powers, room by room."""
    matrix = firm_matrix()
    context = {
        "tabs": people_tabs(request, "firms:roles"),
        "matrix": matrix,
        "columns": [
            Column(label=_("What it allows")),
            *(Column(label=column.name) for column in matrix.columns),
        ],
        "span": len(matrix.columns) + 1,
        "holders": people_by_role(request.actor),
    }
    return page(request, "firms/roles.html", context)
