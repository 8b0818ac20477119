"""The rows behind the figures: changes of power, refusals, and changes without evidence."""

from collections.abc import Mapping
from typing import Any

from django.db.models.fields.json import KT
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.ledger.models import RowChange
from firmament.kernel.policies.powers import declarations, title_of
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.web import cells
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, Filter, RelatedFilter
from firmament.kernel.web.links import link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.audit import public as told
from firmament.modules.compliance.policies import Can
from firmament.modules.compliance.reports import powers as kinds
from firmament.modules.compliance.reports import regulated, trail
from firmament.modules.compliance.views.boards import tabs_of
from firmament.ui.readable import number

LIST = "compliance/list.html"


def _who(row: Mapping[str, Any], value: Any) -> str:
    return cells.actor(told.who(row), by_itself=row["domain"] == Domain.SYSTEM)


def _linked(row: Mapping[str, Any], words: str) -> str:
    # On a phone there is no room for a column of names.
    return format_html(
        '<a class="cell-open breakable" href="{}"><span class="phone-only strong">{} </span>{}</a>',
        link("audit:entry", pk=row["pk"]),
        told.who(row),
        words,
    )


def _drawn_power(row: Mapping[str, Any], value: Any) -> str:
    return _linked(row, title_of(value or ""))


AT = Column(key="at", label=_("When"), path="occurred_at", kind=Kind.DATETIME, sort="occurred_at")
WHO = Column(
    key="who",
    label=_("Who"),
    path="user_id",
    needs=("domain", "who_name"),
    draw=_who,
    priority=2,
    export=lambda row, _value: told.who(row),
)
BY_WHOM: tuple[Filter, ...] = (
    RelatedFilter(
        key="who", label=_("Who"), path="user_id", options=trail.people, none_label=_("Firmament, by itself")
    ),
    DateFilter(key="at", label=_("Days"), path="occurred_at", instants=True),
)
POWERS = ListPage(
    name="compliance.powers",
    title=_("Changes of power"),
    counted=lambda n: ngettext("%(n)s change", "%(n)s changes", n) % {"n": number(n)},
    columns=(
        AT,
        WHO,
        Column(
            key="what",
            label=_("What"),
            path="code",
            needs=(*told.NEEDED, "pk"),
            draw=lambda row, _value: _linked(row, told.sentence(row)),
            export=lambda row, _value: told.sentence(row),
        ),
        Column(
            key="kind",
            label=_("Kind"),
            path="code",
            priority=3,
            draw=lambda _row, value: str(kinds.KINDS[kinds.kind_of(value)]),
            export=lambda _row, value: str(kinds.KINDS[kinds.kind_of(value)]),
        ),
    ),
    order="-at",
    filters=(
        ChoiceFilter(
            key="kind", label=_("Kind"), choices=tuple(kinds.KINDS.items()), narrows=kinds.narrowing()
        ),
        *BY_WHOM,
    ),
    row_url="audit:entry",
    row_name="code",
    export="changes-of-power",
    export_power=Can.EXPORT,
    template=LIST,
    empty=Empty(
        title=_("Nobody was given or lost a power"),
        text=_("Whoever gives a role, lets a client in, raises a wall or lends a power appears here."),
        icon="shield",
    ),
)
DENIALS = ListPage(
    name="compliance.denials",
    title=_("Refusals"),
    counted=lambda n: ngettext("%(n)s refusal", "%(n)s refusals", n) % {"n": number(n)},
    columns=(
        AT,
        WHO,
        Column(
            key="power",
            label=_("Refused"),
            needs=(*told.NEEDED, "pk"),
            draw=_drawn_power,
            export=lambda _row, value: title_of(value or ""),
        ),
        Column(key="rule", label=_("By the rule"), priority=2),
        Column(key="path", label=_("Where"), priority=3),
    ),
    order="-at",
    filters=(
        ChoiceFilter(
            key="power",
            label=_("Power"),
            choices=tuple((one.power, one.title) for one in declarations() if one.sensitive),
        ),
        *BY_WHOM,
    ),
    row_url="audit:entry",
    row_name="code",
    export="refusals",
    export_power=Can.EXPORT,
    template=LIST,
    empty=Empty(
        title=_("Nobody was refused anything"),
        text=_("Whoever asks for something sensitive and may not have it appears here, with the rule."),
        icon="shield",
    ),
)
UNTOLD = ListPage(
    name="compliance.untold",
    title=_("Changes without evidence"),
    about=_("Regulated rows that were changed in a transaction of which the trail does not tell."),
    counted=lambda n: ngettext("%(n)s change", "%(n)s changes", n) % {"n": number(n)},
    columns=(
        AT,
        Column(key="of_table", label=_("Table")),
        Column(key="operation", label=_("What"), choices=RowChange.Operation),
        Column(key="session_role", label=_("Signed in to the database as"), priority=2),
        Column(key="acting_role", label=_("Acting as"), priority=3),
        Column(key="application", label=_("Program"), priority=3),
        Column(key="row_id", label=_("Row"), hidden=True),
    ),
    order="-at",
    filters=(
        ChoiceFilter(key="table", label=_("Table"), path="of_table", choices=regulated.tables()),
        DateFilter(key="at", label=_("Days"), path="occurred_at", instants=True),
    ),
    row_name="of_table",
    export="changes-without-evidence",
    export_power=Can.EXPORT,
    template=LIST,
    empty=Empty(
        title=_("There is none, as it should be"),
        text=_("A regulated row that somebody changes past the product appears here at once."),
        icon="shield-check",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def powers(request: FirmRequest) -> HttpResponseBase:
    """Each change of a power; POST exports what is on screen."""
    rows = told.with_words(trail.changes_of_power(request.actor))
    return list_page(request, POWERS, rows, {"aspects": tabs_of(request, "powers")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def denials(request: FirmRequest) -> HttpResponseBase:
    """Each refusal; POST exports what is on screen."""
    rows = told.with_words(trail.denials(request.actor)).annotate(
        power=KT("payload__power"), rule=KT("payload__rule"), path=KT("payload__path")
    )
    return list_page(request, DENIALS, rows, {"aspects": tabs_of(request, "denials")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def untold(request: FirmRequest) -> HttpResponseBase:
    """Each change of a regulated row that no entry tells of; POST exports what is on screen."""
    rows = regulated.untold_changes(request.actor)
    return list_page(request, UNTOLD, rows, {"aspects": tabs_of(request, "evidence")})
