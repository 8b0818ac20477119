"""The firm's register: when the platform's operators looked in, why, and what they read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.breakglass.actions import end_by_firm
from firmament.kernel.breakglass.models import LIVE, Closed, Session, State, Verdict
from firmament.kernel.breakglass.policies import Can as Sessions
from firmament.kernel.breakglass.register import reads_in, with_reads
from firmament.kernel.policies.decide import may
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, SearchFilter
from firmament.kernel.web.links import go, link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out
from firmament.modules.operators.policies import Can
from firmament.modules.operators.reports.desk import TONES, duration, page_title, state_words
from firmament.ui.shapes import Crumb


def _linked(row: Mapping[str, Any], value: Any) -> str:
    return format_html(
        '<a class="cell-title" href="{}">{}</a><span class="cell-sub">{}</span>',
        link("operators:session", pk=row["pk"]),
        row["ticket"],
        value,
    )


def _how_long(row: Mapping[str, Any], value: Any) -> str:
    return duration(value, row["closed_at"] or row["ends_at"])


def _agreed(row: Mapping[str, Any], value: Any) -> str:
    return str(value or (_("Nobody: an emergency") if row["emergency"] else _("Nobody yet")))


REGISTER = ListPage(
    name="operators.register",
    title=gettext_lazy("Platform access"),
    about=gettext_lazy(
        "When somebody who runs the platform looked into your firm: why, who agreed, and what was read. They see states, counts, sizes and times, and can change nothing."
    ),
    counted=lambda n: ngettext("%(n)s session", "%(n)s sessions", n) % {"n": n},
    columns=(
        Column(key="reason", label=gettext_lazy("Ticket and reason"), needs=("ticket", "pk"), draw=_linked),
        Column(key="ticket", label=gettext_lazy("Ticket"), hidden=True),
        Column(key="operator", label=gettext_lazy("Operator"), path="operator__user__name", kind=Kind.PERSON),
        Column(key="state", label=gettext_lazy("State"), kind=Kind.STATUS, choices=State, tones=TONES),
        Column(
            key="agreed",
            label=gettext_lazy("Agreed to by"),
            path="approved_by__user__name",
            needs=("emergency",),
            draw=_agreed,
            export=_agreed,
            priority=2,
        ),
        Column(
            key="long",
            label=gettext_lazy("Open for"),
            path="opened_at",
            needs=("closed_at", "ends_at"),
            draw=_how_long,
            export=_how_long,
            priority=2,
        ),
        Column(key="pages_read", label=gettext_lazy("Pages read"), kind=Kind.NUMBER, priority=2),
        Column(key="verdict", label=gettext_lazy("Verdict"), choices=Verdict, priority=3),
        Column(key="ended", label=gettext_lazy("Ended"), path="closed_how", choices=Closed, hidden=True),
        Column(
            key="at",
            label=gettext_lazy("Asked for"),
            path="requested_at",
            kind=Kind.DATETIME,
            sort="requested_at",
        ),
    ),
    order="-at",
    filters=(
        SearchFilter(paths=("ticket", "reason"), label=gettext_lazy("Search ticket or reason")),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=State),
        ChoiceFilter(key="verdict", label=gettext_lazy("Verdict"), choices=Verdict),
        DateFilter(key="day", label=gettext_lazy("Asked for"), path="requested_at", instants=True),
    ),
    row_url="operators:session",
    row_name="ticket",
    export="platform-access",
    export_power=Can.EXPORT_REGISTER,
    empty=Empty(
        title=gettext_lazy("Nobody has looked in"),
        text=gettext_lazy(
            "If an operator of the platform ever must, you get a mail at that moment, and a line here for good."
        ),
        icon="eye-off",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Sessions.VIEW_REGISTER)
def register(request: FirmRequest) -> HttpResponseBase:
    """All sessions, the newest first; POST exports what is on screen."""
    return list_page(request, REGISTER, with_reads(Session.objects.visible_to(request.actor)))


@require_safe
@staff_page(Sessions.VIEW_REGISTER)
def session(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One session with every page that was read in it."""
    found = _session(request, pk)
    context = {
        "session": found,
        "state": state_words(found),
        "tone": TONES[found.state],
        "duration": duration(found.opened_at, found.read_until),
        "reads": [(read, page_title(read.page)) for read in reads_in(found.pk)],
        "may_end": found.state in LIVE and may(request.actor, Sessions.END),
        "crumbs": (Crumb(label=_("Platform access"), url=link("operators:register")),),
    }
    return page(request, "operators/session.html", context)


@require_POST
@staff_page(Sessions.END)
def end(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Show the operator out: their next request is refused."""
    found = _session(request, pk)
    said = _("Ended. Nothing of the firm is open to the operator any more.")
    carry_out(request, lambda: end_by_firm(request.actor, found), lambda: said)
    return go("operators:session", pk=pk)


def _session(request: FirmRequest, pk: UUID) -> Session:
    rows = Session.objects.visible_to(request.actor).select_related(
        "operator__user",
        "approved_by__user",
        "reviewed_by__user",
        "closed_by_operator__user",
        "closed_by_member__user",
    )
    found: Session = get_object_or_404(rows, pk=pk)
    return found
