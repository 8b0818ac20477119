"""The use of wording as figures, charts and tables, each with the rows behind it."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import transaction_cache
from firmament.kernel.web.figures import Course, Figure, Row, Rows, Series, over_time, ranking
from firmament.kernel.web.languages import language_name
from firmament.kernel.web.links import link
from firmament.lib.instant import now
from firmament.lib.periods import Period, Span
from firmament.modules.insertions.reports import usage
from firmament.modules.snippets.public import Context
from firmament.ui.readable import number

SHOWN = 10
Key = TypeVar("Key")
USES, PEOPLE, SNIPPETS, KEPT = "uses", "people", "snippets", "kept"


def flow(actor: Actor, period: Period) -> usage.Flow:
    """The period's uses, counted once for all that asks."""
    known = transaction_cache().setdefault("insertions.flow", {})
    if (actor, period) not in known:
        known[actor, period] = usage.flow(actor, period)
    found: usage.Flow = known[actor, period]
    return found


def totals(found: usage.Flow, period: Period) -> dict[str, Figure]:
    """The four numbers at the head."""
    url = uses_url(period.span)
    return {
        USES: Figure(value=found.all.uses, url=url),
        PEOPLE: Figure(value=len(found.member), url=url),
        SNIPPETS: Figure(value=len(found.snippet), url=url),
        KEPT: Figure(value=found.all.kept, url=uses_url(period.span, sent="yes")),
    }


def course(found: usage.Flow, period: Period) -> Series:
    """Uses, piece by piece."""
    counted = {at: tally.uses for at, tally in found.piece.items()}
    return over_time(period, Course(name=_("Uses"), found=counted, url_of=uses_url))


def course_finding(series: Series) -> str:
    """What is to be seen in it."""
    total = sum(int(value or 0) for value in series.lines[0].values)
    return ngettext("%(n)s use in these days", "%(n)s uses in these days", total) % {"n": number(total)}


def by_snippet(actor: Actor, period: Period) -> Series:
    """The ten used most."""
    best = _most({pk: tally.uses for pk, tally in flow(actor, period).snippet.items()})
    known = usage.titles(actor, list(best))
    named = (
        (known[pk].title, n, uses_url(period.span, snippet=str(pk))) for pk, n in best.items() if pk in known
    )
    return ranking(_("Snippet"), _("Uses"), named)


def by_folder(actor: Actor, period: Period) -> Series:
    """The folders whose snippets are used most."""
    counted: dict[tuple[UUID | None, str], int] = {}
    tallies = flow(actor, period).snippet
    for one in usage.titles(actor, list(tallies)).values():
        folder = (one.folder_id, one.folder or _("In no folder"))
        counted[folder] = counted.get(folder, 0) + tallies[one.id].uses
    named = (
        (name, n, uses_url(period.span, folder=str(pk)) if pk else "")
        for (pk, name), n in _most(counted).items()
    )
    return ranking(_("Folder"), _("Uses"), named)


def by_person(actor: Actor, period: Period) -> Series:
    """Who uses it most."""
    best = _most({pk: tally.uses for pk, tally in flow(actor, period).member.items()})
    names = usage.people(list(best))
    return ranking(
        _("Person"),
        _("Uses"),
        ((names[pk], n, uses_url(period.span, member=str(pk))) for pk, n in best.items()),
    )


def by_channel(found: usage.Flow, period: Period) -> Series:
    """Into what it goes."""
    best = _most({name: tally.uses for name, tally in found.channel.items()})
    named = ((str(Context(name).label), n, uses_url(period.span, channel=name)) for name, n in best.items())
    return ranking(_("Meant for"), _("Uses"), named)


def first_of(words: str | Promise) -> Callable[[Series], str]:
    """A finding that names the longest bar."""
    return lambda series: str(words) % {"name": series.labels[0]}


def to_mend(actor: Actor, period: Period) -> Rows:
    """Wording that people change most before it is sent: of what was measured often enough, the least kept first."""
    often = {
        pk: tally
        for pk, tally in flow(actor, period).snippet.items()
        if tally.measured >= usage.MEASURED_OFTEN
    }
    least = sorted(often, key=lambda pk: (often[pk].kept or 0, str(pk)))[:SHOWN]
    known = usage.titles(actor, least)
    return Rows(
        head=(_("Snippet"), _("Sent"), _("Kept, %")),
        rows=tuple(
            Row(
                cells=(known[pk].title, often[pk].measured, round(often[pk].kept or 0, 1)),
                url=uses_url(period.span, snippet=str(pk), sent="yes"),
            )
            for pk in least
            if pk in known
        ),
    )


def unused(actor: Actor, period: Period) -> Rows:
    """What is in use and nobody inserted for ninety days, whatever the period."""
    rows = usage.unused(actor)[:SHOWN]
    return Rows(
        head=(_("Snippet"), _("Last used"), _("Uses")),
        rows=tuple(
            Row(
                cells=(row.title, row.last_used_at.date() if row.last_used_at else _("never"), row.use_count),
                url=snippet_url(row.pk),
            )
            for row in rows
        ),
    )


def waiting(actor: Actor, period: Period) -> Rows:
    """What waits for approval now, the longest first."""
    found = usage.waiting(actor)[:SHOWN]
    return Rows(
        head=(_("Snippet"), _("Asked on"), _("Days")),
        rows=tuple(
            Row(cells=(one.title, at.date(), (now() - at).days), url=snippet_url(one.id)) for one, at in found
        ),
    )


def languages(actor: Actor, period: Period) -> Series:
    """In how many of the snippets in use each language is written, now."""
    total, spoken = usage.languages(actor)
    rows = _most(spoken)
    return ranking(
        _("Language"),
        _("Share of snippets in use, %"),
        ((language_name(code), round(100 * n / total, 1), "") for code, n in rows.items()),
    )


def languages_finding(series: Series) -> str:
    """Which language is there least."""
    return _("%(name)s is there for %(share)s %% of the snippets in use") % {
        "name": series.labels[-1],
        "share": number(series.lines[0].values[-1] or 0),
    }


def uses_url(span: Span, **further: str) -> str:
    """The list of uses, narrowed to these days and to what more is said."""
    asked = {"at_from": span.first.isoformat(), "at_to": span.last.isoformat(), **further}
    return f"{link('insertions:uses')}?{urlencode(asked)}"


def snippet_url(pk: UUID) -> str:
    """The snippet's own page."""
    return link("snippets:snippet", pk=pk)


def _most(counted: Mapping[Key, int]) -> dict[Key, int]:
    best = sorted(counted.items(), key=lambda one: (-one[1], str(one[0])))[:SHOWN]
    return dict(best)
