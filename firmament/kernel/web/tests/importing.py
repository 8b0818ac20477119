"""Bringing teams from a file into the house of `addresses`."""

import json
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from firmament.kernel.ledger.events import Category, Event
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Team
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.import_pages import import_page
from firmament.kernel.web.imports import (
    NOTES,
    Conflict,
    Findings,
    ImportField,
    ImportPage,
    Like,
    Reader,
    declare_import,
)
from firmament.lib.tabular.table import TableError


def short(text):
    if len(text) > 10:
        raise ValidationError("At most ten letters.")
    return text


def make(actor, values):
    require(actor, Can.MANAGE_TEAMS)
    if values["name"] == "Refused":
        raise ValidationError("Not this one.")
    return Team.objects.create(name=values["name"]).pk


def unmake(actor, pk):
    team = Team.objects.get(pk=pk)
    require(actor, Can.MANAGE_TEAMS, team)
    if team.name == "Busy":
        raise ValidationError("It is in use.")
    team.delete()


def known(actor, keys):
    return {
        team.name.casefold(): Like(name=team.name, id=team.pk)
        for team in Team.objects.all()
        if team.name.casefold() in keys
    }


def read_teams(content):
    """`{"teams": [{"name": …, "size": 3, "people": […], "colour": what is lost}]}`"""
    try:
        rows = json.loads(content)["teams"]
        return [{**row, NOTES: ["Teams have no colour."]} if "colour" in row else row for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise TableError("This is not a file of teams.") from error


def alone(actor, rows):
    """Two large teams may not be as large as each other, and one of more than nine loses somebody."""
    large = [size for values in rows.values() if (size := values["size"] or 0) >= 100]
    return {
        number: Findings(
            errors={"size": "Another team is as large."} if large.count(values["size"]) > 1 else {},
            notes=["Somebody stays behind."] if values["size"] > 9 else [],
        )
        for number, values in rows.items()
        if values["size"] is not None
    }


def people(value):
    if not isinstance(value, list):
        raise ValidationError("A list of people.")
    return value


def rename(actor, values, pk):
    """Spells a team as the file does; nothing to do where it is spelled so."""
    require(actor, Can.MANAGE_TEAMS)
    team = Team.objects.get(pk=pk)
    if team.name == values["name"]:
        return None
    Team.objects.filter(pk=pk).update(name=values["name"])
    return pk


def unrename(actor, pk):
    require(actor, Can.MANAGE_TEAMS)
    Team.objects.filter(pk=pk).update(name=Team.objects.get(pk=pk).name.lower())


def beside(actor, values, pk):
    return make(actor, {"name": f"{values['name']} 2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTouched(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[dict[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[str] = "touched a team"

    team_id: UUID


TEAM_IMPORT = declare_import(
    ImportPage(
        name="web.teams",
        title="Bring teams",
        about="A table of teams.",
        fields=(
            ImportField(name="name", label="Name", synonyms=("Mannschaft",), required=True, parse=short),
            ImportField(name="size", label="Size", parse=int),
            ImportField(name="people", label="People", take=people),
        ),
        power=Can.MANAGE_TEAMS,
        create=make,
        undo=unmake,
        counted=lambda n: ngettext("%(n)s team", "%(n)s teams", n) % {"n": n},
        start_url="trial:import",
        one_url="trial:import_one",
        list_url="trial:list",
        key=lambda values: values["name"].casefold(),
        existing=known,
        kind="policies.team",
        together=alone,
        readers=(
            Reader(key="json", label="Teams as JSON", suffixes=(".json",), read=read_teams),
            Reader(
                key="ours",
                label="Our own table",
                suffixes=(".csv",),
                read=lambda content: [{"name": name} for name in content.decode().split()[1:]],
                claims=lambda content: content.startswith(b"ours"),
            ),
        ),
        conflicts=(
            Conflict(key="skip", label="Leave them"),
            Conflict(key="replace", label="Spell them as here", apply=rename, undo=unrename),
            Conflict(key="both", label="Keep both", apply=beside),
        ),
    )
)


@staff_page(Can.MANAGE_TEAMS)
def team_import(request, pk=None):
    return import_page(request, TEAM_IMPORT, pk)
