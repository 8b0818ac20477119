"""Sample things: the list, one of them, its form, its two steps, and the overview."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.dashboards import Aspect, Chart, Dashboard, Stat, dashboard
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, LinkedFilter, SearchFilter
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.clients.public import crumbs_to, visible_client
from firmament.modules.sample_things import reports
from firmament.modules.sample_things.actions import (
    create_sample_thing,
    edit_sample_thing,
    finish_sample_thing,
    reopen_sample_thing,
)
from firmament.modules.sample_things.forms import SampleThingForm
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.policies import Can
from firmament.ui.readable import number

TABS = (
    Aspect(label=gettext_lazy("Sample things"), url_name="sample_things:sample_thing_list", power=Can.VIEW),
    Aspect(label=gettext_lazy("Overview"), url_name="sample_things:overview", power=Can.VIEW),
)


def _client_name(actor: Actor, client_id: UUID) -> str | None:
    card = visible_client(actor, client_id)
    return card.name if card is not None else None


LIST = ListPage(
    name="sample_things.sample_things",
    title=gettext_lazy("Sample things"),
    counted=lambda n: ngettext("%(n)s sample thing", "%(n)s sample things", n) % {"n": number(n)},
    columns=(
        Column(key="title", label=gettext_lazy("Title"), kind=Kind.TITLE, sort="title", sub="client__name"),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=SampleThing.State,
            tones=reports.TONES,
        ),
        Column(
            key="due_on",
            label=gettext_lazy("Due"),
            kind=Kind.DUE,
            sort="due_on",
            due_while=("state", SampleThing.State.OPEN),
        ),
        Column(
            key="created",
            label=gettext_lazy("Added"),
            path="created_at",
            kind=Kind.DATE,
            sort="created_at",
            priority=2,
        ),
    ),
    order="-created",
    filters=(
        SearchFilter(paths=("title", "client__name"), label=gettext_lazy("Search titles and clients")),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=SampleThing.State),
        DateFilter(key="due", label=gettext_lazy("Due"), path="due_on"),
        # What the overview's figures lead to.
        DateFilter(key="created", label=gettext_lazy("Added"), path="created_at", instants=True, quiet=True),
        DateFilter(key="done", label=gettext_lazy("Finished"), path="done_at", instants=True, quiet=True),
        LinkedFilter(key="client", label=gettext_lazy("Client"), path="client_id", name_of=_client_name),
    ),
    tabs=TABS,
    url_name="sample_things:sample_thing_list",
    row_url="sample_things:sample_thing",
    row_name="title",
    export="sample-things",
    # Its rows name the clients: whoever may not carry their list out of the house carries none of this out either.
    export_power="clients.export",
    empty=Empty(
        title=gettext_lazy("No sample things yet"),
        text=gettext_lazy("Each belongs to a client. Add the first on a client’s page."),
        icon="checklist",
    ),
)

BOARD = Dashboard(
    name="sample_things.overview",
    title=gettext_lazy("Sample things"),
    url_name="sample_things:overview",
    tabs=TABS,
    export_power="clients.export",
    tiles=(
        Stat(key=reports.CREATED, label=gettext_lazy("Added"), report=reports.flow, shape=reports.totals),
        Stat(
            key=reports.FINISHED,
            label=gettext_lazy("Finished"),
            report=reports.flow,
            shape=reports.totals,
            better="more",
        ),
        Chart(
            key="course",
            label=gettext_lazy("Added and finished"),
            kind="line",
            report=reports.flow,
            shape=reports.course,
            finding=reports.course_finding,
            wide=True,
            empty=gettext_lazy("Nothing was added or finished in these days"),
        ),
        Chart(
            key="late",
            label=gettext_lazy("Past their day, now"),
            kind="ranked",
            report=reports.late_by_client,
            finding=reports.late_finding,
            wide=True,
            empty=gettext_lazy("Nothing is past its day"),
        ),
    ),
)


@staff_page(Can.VIEW)
def sample_thing_list(request: FirmRequest) -> HttpResponseBase:
    """Every one of clients outside the bin."""
    return list_page(request, LIST, SampleThing.objects.visible_to(request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def overview(request: FirmRequest) -> HttpResponse:
    """How they come and go; POST exports one table."""
    return dashboard(request, BOARD)


def _sample_thing_of(request: FirmRequest, pk: UUID) -> SampleThing:
    rows = SampleThing.objects.visible_to(request.actor).select_related("client")
    sample_thing: SampleThing = get_object_or_404(rows, pk=pk)
    return sample_thing


@staff_page(Can.VIEW)
def sample_thing_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What it says, how it stands, what happened."""
    sample_thing = _sample_thing_of(request, pk)
    context = {
        "sample_thing": sample_thing,
        "tone": reports.TONES[sample_thing.state],
        "crumbs": crumbs_to(sample_thing.client_id, sample_thing.client.name),
        "may_edit": allows(request.actor, Can.EDIT, sample_thing),
        "activity": activity("sample_things.samplething", sample_thing.pk, limit=30),
    }
    return page(request, "sample_things/sample_thing.html", context)


@staff_page(Can.CREATE)
def sample_thing_create(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Add one for a client."""
    client = visible_client(request.actor, pk)
    if client is None:
        raise Http404
    form = SampleThingForm(sent(request))
    if form.is_valid():
        went, made = form.carry_out(lambda: create_sample_thing(request.actor, pk, **form.cleaned_data))
        if went and made is not None:
            toast(request, _("“%(title)s” was added.") % {"title": made.title})
            return go("sample_things:sample_thing", pk=made.pk)
    return form_page(
        request,
        form,
        title=_("New sample thing"),
        submit=_("Save sample thing"),
        crumbs=crumbs_to(pk, client.name),
        back_url=link("clients:client", pk=pk),
        template="sample_things/sample_thing_form.html",
    )


@staff_page(Can.EDIT)
def sample_thing_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what was written about it."""
    sample_thing = _sample_thing_of(request, pk)
    form = SampleThingForm(sent(request), initial=SampleThingForm.values_of(sample_thing))
    if form.is_valid():
        went, _n = form.carry_out(lambda: edit_sample_thing(request.actor, sample_thing, **form.cleaned_data))
        if went:
            toast(request, _("Saved."))
            return go("sample_things:sample_thing", pk=pk)
    return form_page(
        request,
        form,
        title=_("Change sample thing"),
        submit=_("Save sample thing"),
        crumbs=crumbs_to(sample_thing.client_id, sample_thing.client.name),
        back_url=link("sample_things:sample_thing", pk=pk),
        template="sample_things/sample_thing_form.html",
    )


@require_POST
@staff_page(Can.EDIT)
def sample_thing_finish(request: FirmRequest, pk: UUID) -> HttpResponse:
    """It is done."""
    return _step(request, pk, finish_sample_thing, said=_("“%(title)s” is done."))


@require_POST
@staff_page(Can.EDIT)
def sample_thing_reopen(request: FirmRequest, pk: UUID) -> HttpResponse:
    """It is not done after all."""
    return _step(request, pk, reopen_sample_thing, said=_("“%(title)s” is open again."))


def _step(
    request: FirmRequest, pk: UUID, act: Callable[[Actor, SampleThing], None], *, said: str
) -> HttpResponse:
    sample_thing = _sample_thing_of(request, pk)
    carry_out(request, lambda: act(request.actor, sample_thing), lambda: said % {"title": sample_thing.title})
    return go("sample_things:sample_thing", pk=pk)
