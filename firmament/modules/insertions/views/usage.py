"""How wording is used: the dashboard, each use behind its figures, and what reads alike."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.dashboards import Aspect, Chart, Dashboard, Stat, Table, dashboard, tabs
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, LinkedFilter, NumberFilter, SearchFilter
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.insertions.policies import Can
from firmament.modules.insertions.reports import figures as reports
from firmament.modules.insertions.reports import usage
from firmament.modules.snippets.public import Context
from firmament.ui.readable import number

TABS = (
    Aspect(label=_("Overview"), url_name="insertions:usage", power=Can.VIEW),
    Aspect(label=_("Each use"), url_name="insertions:uses", power=Can.VIEW),
    Aspect(label=_("Reads alike"), url_name="insertions:alike", power=Can.VIEW),
)

BOARD = Dashboard(
    name="insertions.usage",
    title=_("Use of wording"),
    url_name="insertions:usage",
    tabs=TABS,
    tiles=(
        Stat(key=reports.USES, label=_("Uses"), report=reports.flow, shape=reports.totals, icon="template"),
        Stat(
            key=reports.PEOPLE,
            label=_("People who used it"),
            report=reports.flow,
            shape=reports.totals,
            icon="users",
        ),
        Stat(
            key=reports.SNIPPETS,
            label=_("Snippets used"),
            report=reports.flow,
            shape=reports.totals,
            icon="files",
        ),
        Stat(
            key=reports.KEPT,
            label=_("Sent as it was inserted"),
            report=reports.flow,
            shape=reports.totals,
            better="more",
            unit="percent",
            icon="check",
        ),
        Chart(
            key="course",
            label=_("Uses over time"),
            kind="line",
            report=reports.flow,
            shape=reports.course,
            finding=reports.course_finding,
            wide=True,
            empty=_("Nothing was inserted in these days"),
        ),
        Chart(
            key="snippets",
            label=_("Most used"),
            kind="ranked",
            report=reports.by_snippet,
            finding=reports.first_of(_("“%(name)s” is used most")),
            unit=_("uses"),
            empty=_("Nothing was inserted in these days"),
        ),
        Chart(
            key="folders",
            label=_("By folder"),
            kind="ranked",
            report=reports.by_folder,
            finding=reports.first_of(_("Most of it comes from “%(name)s”")),
            unit=_("uses"),
            empty=_("Nothing was inserted in these days"),
        ),
        Chart(
            key="people_chart",
            label=_("By person"),
            kind="ranked",
            report=reports.by_person,
            finding=reports.first_of(_("%(name)s uses it most")),
            unit=_("uses"),
            empty=_("Nobody inserted anything in these days"),
        ),
        Chart(
            key="channels",
            label=_("By what it goes into"),
            kind="ranked",
            report=reports.flow,
            shape=reports.by_channel,
            finding=reports.first_of(_("Most of it goes into: %(name)s")),
            unit=_("uses"),
            empty=_("Nothing was inserted in these days"),
        ),
        Table(
            key="mend",
            label=_("Changed most before it was sent: wording to mend"),
            report=reports.to_mend,
            empty=_("Too little was sent in these days to say"),
        ),
        Table(
            key="unused",
            label=_("In use, and not inserted for 90 days"),
            report=reports.unused,
            empty=_("Nothing has been in use for 90 days without being inserted"),
        ),
        Table(
            key="waiting",
            label=_("Waiting for approval, now"),
            report=reports.waiting,
            empty=_("Nothing waits for approval"),
        ),
        Chart(
            key="languages",
            label=_("Languages of what is in use, now"),
            kind="ranked",
            report=reports.languages,
            finding=reports.languages_finding,
            unit=_("per cent of the snippets in use"),
            empty=_("Nothing is in use yet"),
        ),
    ),
)


def _title(actor: Actor, pk: UUID) -> str | None:
    found = usage.titles(actor, [pk]).get(pk)
    return found.title if found is not None else None


def _person(actor: Actor, pk: UUID) -> str | None:
    return usage.people([pk]).get(pk)


USES = ListPage(
    name="insertions.uses",
    title=_("Each use"),
    counted=lambda n: ngettext("%(n)s use", "%(n)s uses", n) % {"n": number(n)},
    url_name="insertions:uses",
    tabs=TABS,
    row_name="snippet__title",
    order="-created_at",
    columns=(
        Column(key="snippet", label=_("Snippet"), path="snippet__title", kind=Kind.TITLE),
        Column(key="number", label=_("Version"), kind=Kind.NUMBER),
        Column(key="at", label=_("Inserted"), path="created_at", kind=Kind.DATETIME, sort="created_at"),
        Column(key="member", label=_("By"), path="member__user__name", kind=Kind.PERSON, priority=2),
        Column(key="client", label=_("Client"), path="client__name"),
        Column(key="channel", label=_("Into"), choices=Context, priority=3),
        Column(key="locale", label=_("Language"), hidden=True),
        Column(key="sent", label=_("Sent"), path="sent_at", kind=Kind.DATETIME, priority=2),
        Column(
            key="survived",
            label=_("Kept"),
            draw=lambda row, value: "" if value is None else f"{round(value / 10)} %",
            export=lambda row, value: "" if value is None else round(value / 10),
            priority=3,
        ),
    ),
    filters=(
        SearchFilter(
            paths=("snippet__title", "snippet__key", "client__name"), label=_("Search snippets and clients")
        ),
        ChoiceFilter(key="channel", label=_("Into"), choices=Context),
        ChoiceFilter(
            key="sent",
            label=_("Sent"),
            choices=(("yes", _("Sent")), ("no", _("Not sent, or not known"))),
            narrows={"yes": Q(sent_at__isnull=False), "no": Q(sent_at=None)},
        ),
        DateFilter(key="at", label=_("Inserted"), path="created_at", instants=True),
        LinkedFilter(key="snippet", label=_("Snippet"), path="snippet_id", name_of=_title),
        NumberFilter(key="version", label=_("Version"), path="number"),
        LinkedFilter(key="member", label=_("By"), path="member_id", name_of=_person),
        LinkedFilter(key="folder", label=_("Folder"), path="snippet__folder_id", name_of=usage.folder_name),
    ),
    export="uses",
    empty=Empty(
        title=_("Nothing was inserted yet"),
        text=_(
            "Each time somebody inserts a snippet it stands here: which version, by whom, and for which client."
        ),
        icon="template",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def usage_board(request: FirmRequest) -> HttpResponse:
    """How the library is used; POST exports one table."""
    return dashboard(request, BOARD)


@staff_page(Can.VIEW)
def use_list(request: FirmRequest) -> HttpResponseBase:
    """Each use, and so which clients were sent which version."""
    return list_page(request, USES, usage.uses(request.actor))


@staff_page(Can.VIEW)
def alike(request: FirmRequest) -> HttpResponse:
    """Pairs that read alike, of which one may do."""
    pairs = [(pair, round(100 * pair.likeness)) for pair in usage.alike(request.actor)]
    context = {"pairs": pairs, "tabs": tabs(request, TABS, "insertions:alike")}
    return page(request, "insertions/alike.html", context)
