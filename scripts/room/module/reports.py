"""Questions whose answers are plain rows: what a client's page shows, and what the overview counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.figures import Course, Figure, Series, over_time, per_piece, ranking
from firmament.kernel.web.links import link, row_links
from firmament.kernel.web.panels import Panel, PanelAction
from firmament.lib.instant import today
from firmament.lib.periods import Period, Span
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.policies import Can
from firmament.ui.readable import number
from firmament.ui.shell import Tone

TONES: Mapping[str, Tone] = {"open": "info", "done": "done"}
CREATED, FINISHED = "created", "finished"
SHOWN = 10


def client_panel(actor: Actor, client_id: UUID) -> Panel:
    """A client's sample things on the client's own page, the open ones first."""
    rows = SampleThing.objects.visible_to(actor).filter(client_id=client_id).order_by("-state", "-created_at")
    to_sample_thing = row_links("sample_things:sample_thing")
    draft = SampleThing(client_id=client_id)
    new = allows(actor, Can.CREATE, draft) and not draft.client.is_archived
    return Panel(
        title=_("Sample things"),
        icon="checklist",
        template="sample_things/client_panel.html",
        context={
            "sample_things": [
                {"row": row, "url": to_sample_thing(row.pk), "tone": TONES[row.state]} for row in rows[:SHOWN]
            ]
        },
        action=PanelAction(
            label=_("New sample thing"),
            url=link("sample_things:sample_thing_create", pk=client_id),
            icon="plus",
        )
        if new
        else None,
        rows=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How many were added and finished, by the piece of the period."""

    created: Mapping[int, int]
    finished: Mapping[int, int]


def flow(actor: Actor, period: Period) -> Flow:
    """What happened in a period, in two queries."""
    rows = SampleThing.objects.visible_to(actor)
    return Flow(created=per_piece(rows, "created_at", period), finished=per_piece(rows, "done_at", period))


def totals(found: Flow, period: Period) -> dict[str, Figure]:
    """The numbers at the head."""
    return {
        CREATED: Figure(value=sum(found.created.values()), url=_rows("created", period.span)),
        FINISHED: Figure(value=sum(found.finished.values()), url=_rows("done", period.span)),
    }


def course(found: Flow, period: Period) -> Series:
    """Added and finished, over the period."""
    return over_time(
        period,
        Course(name=_("Added"), found=found.created, url_of=partial(_rows, "created")),
        Course(name=_("Finished"), found=found.finished, url_of=partial(_rows, "done")),
    )


def course_finding(series: Series) -> str:
    """Whether more was finished than came in."""
    added, finished = (sum(int(value or 0) for value in line.values) for line in series.lines)
    said = {"added": number(added), "finished": number(finished)}
    if finished >= added:
        return _("As many were finished as were added: %(finished)s and %(added)s") % said
    return _("%(finished)s were finished, %(added)s were added") % said


def late_by_client(actor: Actor, period: Period) -> Series:
    """What is past its day now, whatever the period, by client; the ten with the most."""
    late = SampleThing.objects.visible_to(actor).overdue(on=today(current_firm().timezone))
    found = late.values_list("client_id", "client__name").annotate(n=Count("*"))
    return ranking(
        _("Client"),
        _("Past their day"),
        (
            (name, n, _list(state=SampleThing.State.OPEN, client=str(pk)))
            for pk, name, n in found.order_by("-n", "client__name")[:SHOWN]
        ),
    )


def late_finding(series: Series) -> str:
    """Who has most of it."""
    first, most = series.labels[0], int(series.lines[0].values[0] or 0)
    return ngettext("%(n)s of %(client)s is past its day", "%(n)s of %(client)s are past their day", most) % {
        "n": number(most),
        "client": first,
    }


def _rows(key: str, span: Span) -> str:
    return _list(**{f"{key}_from": span.first.isoformat(), f"{key}_to": span.last.isoformat()})


def _list(**given: str) -> str:
    return f"{link('sample_things:sample_thing_list')}?{urlencode(given)}"
