"""How far people see: the clients that most can see, and the people who see most clients. As it is now."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.policies.audience import looked_at
from firmament.kernel.policies.authority import Authority, everybody
from firmament.kernel.policies.decide import judge, reached
from firmament.kernel.policies.kernel_powers import Can as Policies
from firmament.kernel.policies.models import Wall
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.dashboards import Chart, Stat, Table
from firmament.kernel.web.figures import Figure, Row, Rows, Series, ranking
from firmament.kernel.web.links import link
from firmament.lib.periods import Period
from firmament.modules.compliance.reports.trail import SHOWN
from firmament.ui.readable import number

CLIENT = "clients.client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A client and how many people can see it."""

    id: UUID
    name: str
    staff: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the board shows. `widest` are members with the number of clients they see, of those the reader sees."""

    staff: int
    people: int
    walls: int
    most_seen: tuple[Seen, ...]
    widest: tuple[tuple[UUID, str, int], ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Members who see exactly the same clients, by the same condition."""

    condition: Q | bool
    members: list[Actor]


def reach(actor: Actor, period: Period) -> Reach:
    """How it is now, whatever the period: the rule that decides, asked for everybody. A handful of queries."""
    clients: Any = apps.get_model(CLIENT)
    declared = declaration(clients.view_power)
    everyone = everybody()
    groups = _groups(everyone, declared, clients)
    rows = clients.objects.visible_to(actor)
    people = _of_clients(rows, everyone, declared)
    return Reach(
        staff=sum(one.domain == Domain.STAFF for one in everyone),
        people=sum(one.domain == Domain.CLIENT for one in everyone),
        walls=Wall.objects.visible_to(actor).standing().count(),
        most_seen=_most_seen(clients, rows, groups, people),
        widest=_widest(rows, groups),
    )


def _groups(everyone: dict[Actor, Authority], declared: Declaration, model: Any) -> list[_Group]:
    found: dict[str, _Group] = {}
    for one, authority in everyone.items():
        if one.domain == Domain.STAFF:
            condition = reached(authority, declared, model)
            found.setdefault(str(condition), _Group(condition, [])).members.append(one)
    return list(found.values())


def _of_clients(
    rows: "QuerySet[Any]", everyone: dict[Actor, Authority], declared: Declaration
) -> Counter[UUID]:
    """How many people of clients can see each client. None sees one that they were not granted."""
    granted = {pk for one, held in everyone.items() if one.domain == Domain.CLIENT for pk in held.grants}
    subjects = {client.pk: looked_at(client, declared) for client in rows.filter(pk__in=granted)}
    return Counter(
        pk
        for one, authority in everyone.items()
        if one.domain == Domain.CLIENT
        for pk in authority.grants
        if pk in subjects and judge(authority, declared, subjects[pk]).allowed
    )


def _most_seen(
    model: Any, rows: "QuerySet[Any]", groups: list[_Group], people: Counter[UUID]
) -> tuple[Seen, ...]:
    """Among those that people of clients see, and those that most of the firm see, are the ones that most see at all."""
    counted = rows.annotate(staff_who_see=_sum_of(model, groups)).order_by("-staff_who_see", "name", "pk")
    columns = ("pk", "name", "staff_who_see")
    found = {row[0]: row for row in counted.values_list(*columns)[:SHOWN]}
    found |= {row[0]: row for row in counted.filter(pk__in=list(people)).values_list(*columns)}
    seen = [Seen(id=pk, name=name, staff=staff, people=people[pk]) for pk, name, staff in found.values()]
    return tuple(sorted(seen, key=lambda one: (-one.staff - one.people, one.name, str(one.id)))[:SHOWN])


def _sum_of(model: Any, groups: list[_Group]) -> Combinable:
    total: Combinable = Value(sum(len(group.members) for group in groups if group.condition is True))
    for group in groups:
        if isinstance(group.condition, Q):
            total = total + Case(
                When(_within(model, group.condition), then=Value(len(group.members))),
                default=Value(0),
                output_field=IntegerField(),
            )
    return total


def _widest(rows: "QuerySet[Any]", groups: list[_Group]) -> tuple[tuple[UUID, str, int], ...]:
    # A condition may ask another table; within an aggregate each row would be counted once for each that it finds there.
    asked = {
        f"group_{at}": Count("pk", filter=_within(rows.model, group.condition))
        if isinstance(group.condition, Q)
        else Count("pk")
        for at, group in enumerate(groups)
        if group.condition is not False
    }
    counted = rows.order_by().aggregate(**asked) if asked else {}
    found = [
        (member.membership_id, member.name, counted.get(f"group_{at}", 0))
        for at, group in enumerate(groups)
        for member in group.members
        if member.membership_id is not None
    ]
    return tuple(sorted(found, key=lambda one: (-one[2], one[1], str(one[0])))[:SHOWN])


def _within(model: Any, condition: Q) -> Q:
    return Q(pk__in=model.objects.filter(condition).order_by().values("pk"))


def totals(found: Reach, period: Period) -> dict[str, Figure]:
    """Who may come in at all, and the walls that stand."""
    return {
        "access_staff": Figure(value=found.staff, url=link("firms:people")),
        "access_people": Figure(value=found.people),
        "access_walls": Figure(value=found.walls, url=link("access:walls")),
    }


def most_seen(found: Reach, period: Period) -> Rows:
    """The clients, each leading to everybody who can see it and by which path."""
    page = link("access:who")
    return Rows(
        head=(_("Client"), _("People of the firm"), _("People of clients")),
        rows=tuple(
            Row(
                cells=(one.name, one.staff, one.people),
                url=f"{page}?{urlencode({'kind': CLIENT, 'subject': str(one.id)})}",
            )
            for one in found.most_seen
        ),
    )


def widest(found: Reach, period: Period) -> Series:
    """The people."""
    named = ((name, n, link("firms:person", pk=pk)) for pk, name, n in found.widest)
    return ranking(_("Person"), _("Clients"), named)


def _finding(series: Series) -> str:
    said = {"name": series.labels[0], "n": number(series.lines[0].values[0] or 0)}
    return _("%(name)s can see %(n)s clients") % said


BOARD = ComplianceBoard(
    key="access",
    title=gettext_lazy("Access by subject"),
    about=gettext_lazy(
        "Who can see what, as it is now. Each client leads to everybody who can see it, by which path and since when."
    ),
    power=Policies.VIEW_AUDIENCE,
    order=15,
    foremost=("access_seen",),
    ask="access:who",
    ask_label=gettext_lazy("Ask about a client, an engagement or a document"),
    tiles=(
        Stat(
            key="access_staff",
            label=gettext_lazy("People of the firm"),
            report=reach,
            shape=totals,
            compared=False,
        ),
        Stat(
            key="access_people",
            label=gettext_lazy("People of clients"),
            report=reach,
            shape=totals,
            compared=False,
        ),
        Stat(
            key="access_walls",
            label=gettext_lazy("Ethical walls that stand"),
            report=reach,
            shape=totals,
            compared=False,
        ),
        Table(
            key="access_seen",
            label=gettext_lazy("Clients that most people can see, now"),
            report=reach,
            shape=most_seen,
            empty=gettext_lazy("There is no client yet"),
        ),
        Chart(
            key="access_widest",
            label=gettext_lazy("Who can see most clients, now"),
            kind="ranked",
            report=reach,
            shape=widest,
            finding=_finding,
            unit=gettext_lazy("clients"),
            empty=gettext_lazy("There is no client yet"),
        ),
    ),
)
