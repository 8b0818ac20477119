"""What the firm has sent: to whom, when, and what the other side answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from firmament.kernel.ledger.words import code_title
from firmament.kernel.messages.models import Delivery, State
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, SearchFilter
from firmament.kernel.web.links import link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.operations.policies import Can
from firmament.modules.operations.reports import messages as reports
from firmament.ui.shapes import Crumb


def _subject(row: Mapping[str, Any], value: Any) -> str:
    words = code_title(row["wording"])
    return format_html(
        '<a class="cell-title" href="{}">{}</a><span class="cell-sub">{}</span>',
        link("operations:message", pk=row["pk"]),
        value or words,
        words if value else "",
    )


def _to(row: Mapping[str, Any], value: Any) -> str:
    return format_html('{}<span class="cell-sub breakable">{}</span>', row["recipient_name"] or value, value)


LIST = ListPage(
    name="operations.messages",
    title=gettext_lazy("Messages sent"),
    counted=lambda n: ngettext("%(n)s message", "%(n)s messages", n) % {"n": n},
    columns=(
        Column(key="subject", label=gettext_lazy("Message"), needs=("wording", "pk"), draw=_subject),
        Column(
            key="to",
            label=gettext_lazy("To"),
            path="recipient_email",
            needs=("recipient_name",),
            draw=_to,
            sort="recipient_email",
        ),
        Column(
            key="state", label=gettext_lazy("State"), kind=Kind.STATUS, choices=State, tones=reports.TONES
        ),
        Column(key="attempts", label=gettext_lazy("Attempts"), kind=Kind.NUMBER, priority=2),
        Column(key="error", label=gettext_lazy("What went wrong"), priority=3),
        Column(
            key="at",
            label=gettext_lazy("Asked for"),
            path="created_at",
            kind=Kind.DATETIME,
            sort="created_at",
        ),
        Column(key="sent_at", label=gettext_lazy("Sent"), kind=Kind.DATETIME, hidden=True),
    ),
    order="-at",
    filters=(
        SearchFilter(
            paths=("recipient_name", "recipient_email", "subject"),
            label=gettext_lazy("Search people and subjects"),
        ),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=State),
        DateFilter(key="day", label=gettext_lazy("Asked for"), path="created_at", instants=True),
    ),
    row_url="operations:message",
    row_name="recipient_email",
    empty=Empty(
        title=gettext_lazy("No messages yet"),
        text=gettext_lazy("Invitations, requests and reminders that leave the house are listed here."),
        icon="send",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_MESSAGES)
def messages(request: FirmRequest) -> HttpResponseBase:
    """Messages, the latest first."""
    return list_page(request, LIST, reports.deliveries_for(request.actor))


@require_safe
@staff_page(Can.VIEW_MESSAGES)
def message(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One message as it was written, with every attempt at handing it over."""
    delivery: Delivery = get_object_or_404(reports.deliveries_for(request.actor), pk=pk)
    context = {
        "delivery": delivery,
        "title": delivery.subject or code_title(delivery.wording),
        "wording": code_title(delivery.wording),
        "tone": reports.TONES[delivery.state],
        "attempts": reports.attempts_of(delivery),
        "crumbs": (Crumb(label=_("Messages sent"), url=link("operations:messages")),),
    }
    return page(request, "operations/message.html", context)
