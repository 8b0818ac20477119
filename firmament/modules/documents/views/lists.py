"""The list of document requests."""

from uuid import UUID

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.dashboards import Aspect
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, LinkedFilter, SearchFilter
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.public import visible_client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.requests import REQUEST_TONES

TABS = (
    Aspect(label=gettext_lazy("Requests"), url_name="documents:request_list", power=Can.VIEW_REQUEST),
    Aspect(label=gettext_lazy("Overview"), url_name="documents:overview", power=Can.VIEW_REQUEST),
)


def _client_name(actor: Actor, client_id: UUID) -> str | None:
    card = visible_client(actor, client_id)
    return card.name if card is not None else None


LIST = ListPage(
    name="documents.requests",
    title=gettext_lazy("Document requests"),
    counted=lambda n: ngettext("%(n)s request", "%(n)s requests", n) % {"n": n},
    columns=(
        Column(key="title", label=gettext_lazy("Request"), kind=Kind.TITLE, sort="title", sub="client__name"),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=DocumentRequest.State,
            tones=REQUEST_TONES,
        ),
        Column(
            key="due_on",
            label=gettext_lazy("Due"),
            kind=Kind.DUE,
            sort="due_on",
            due_while=("state", DocumentRequest.State.SENT),
        ),
        Column(key="item_count", label=gettext_lazy("Documents"), kind=Kind.NUMBER, priority=2),
        Column(key="done_count", label=gettext_lazy("Done"), kind=Kind.NUMBER, priority=2),
        Column(key="review_count", label=gettext_lazy("To check"), kind=Kind.NUMBER),
        Column(
            key="requested_by",
            label=gettext_lazy("Asked by"),
            path="requested_by__user__name",
            kind=Kind.PERSON,
            priority=3,
        ),
    ),
    order="due_on",
    filters=(
        SearchFilter(paths=("title", "client__name"), label=gettext_lazy("Search requests and clients")),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=DocumentRequest.State),
        ChoiceFilter(
            key="waits",
            label=gettext_lazy("Waits for"),
            choices=(("us", gettext_lazy("Us: files to check")), ("client", gettext_lazy("The client"))),
            narrows={
                "us": Q(state="sent", review_count__gt=0),
                "client": Q(state="sent", review_count=0),
            },
        ),
        DateFilter(key="due", label=gettext_lazy("Due"), path="due_on"),
        # What the overview's figures lead to.
        DateFilter(key="sent", label=gettext_lazy("Sent"), path="sent_at", instants=True, quiet=True),
        DateFilter(
            key="handed",
            label=gettext_lazy("Handed in"),
            path="items__times__handed_in_at",
            instants=True,
            quiet=True,
            many=True,
        ),
        DateFilter(
            key="accepted",
            label=gettext_lazy("Accepted"),
            path="items__times__accepted_at",
            instants=True,
            quiet=True,
            many=True,
        ),
        LinkedFilter(key="client", label=gettext_lazy("Client"), path="client_id", name_of=_client_name),
    ),
    tabs=TABS,
    url_name="documents:request_list",
    row_url="documents:request",
    row_name="title",
    export="document-requests",
    empty=Empty(
        title=gettext_lazy("No document requests yet"),
        text=gettext_lazy(
            "A request asks a client for documents by a date, and reminds them by itself. Begin on a client’s page."
        ),
        icon="files",
    ),
)


@staff_page(Can.VIEW_REQUEST)
def request_list(request: FirmRequest) -> HttpResponseBase:
    rows = DocumentRequest.objects.visible_to(request.actor).with_progress()
    return list_page(request, LIST, rows)
