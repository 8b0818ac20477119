"""The filters of the trail that no other list has: whose act it was, what it is about, and of which request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.filters import Control, Text, as_uuid, searched
from firmament.modules.audit.reports import asking, trail


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoFilter:
    """One person, one program, or what nobody in person did. Who is not offered by name comes by a link."""

    label: Text
    people: Sequence[tuple[UUID, str]]
    key: str = "who"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        return rows.filter(asking.who_of(given.get(self.key, "")).narrows)

    def control(self, actor: Actor, given: QueryDict) -> Control:
        value = given.get(self.key, "")
        options = [*((str(key), str(words)) for key, words in asking.NOBODY)]
        options += [(str(pk), name) for pk, name in self.people]
        if value and value not in dict(options):
            value, name = self._elsewhere(actor, value)
            if value:
                options.append((value, name))
        return Control(
            kind="select",
            label=str(self.label),
            names=self.names,
            values={self.key: value},
            options=tuple(options),
        )

    def _elsewhere(self, actor: Actor, value: str) -> tuple[str, str]:
        """Who is meant by an address that none of the choices leads to; nothing where it means nobody."""
        who = asking.who_of(value)
        if who.token_id is not None:
            name = trail.token_name(actor, who.token_id) or _("no longer there")
            return f"{asking.TOKEN}{who.token_id}", _("Program: %(name)s") % {"name": name}
        if who.user_id is not None:
            return str(who.user_id), trail.person_name(who.user_id) or _("no longer to be seen")
        return "", ""

    def words(self, control: Control) -> str:
        return dict(control.options).get(control.values[self.key], "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingFilter:
    """What an entry is about: a link sets it, from the thing's own page or from where things are looked for."""

    label: Text
    key: str = "object"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        pk = as_uuid(given.get(self.key, ""))
        return rows if pk is None else rows.filter(asking.naming(asking.things_of(pk)))

    def control(self, actor: Actor, given: QueryDict) -> Control:
        pk = as_uuid(given.get(self.key, ""))
        name = (asking.thing_name(actor, pk) or _("no longer to be seen")) if pk is not None else ""
        values = {self.key: str(pk) if pk is not None else ""}
        return Control(
            kind="quiet",
            label=str(self.label),
            names=self.names,
            values=values,
            options=((values[self.key], name),),
        )

    def words(self, control: Control) -> str:
        return dict(control.options)[control.values[self.key]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """One request, by its number, as an error page or the server's log gives it."""

    label: Text
    key: str = "request_id"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        value = self._value(given)
        return rows.filter(request_id=value) if value else rows

    def control(self, actor: Actor, given: QueryDict) -> Control:
        return Control(
            kind="quiet", label=str(self.label), names=self.names, values={self.key: self._value(given)}
        )

    def words(self, control: Control) -> str:
        return control.values[self.key]

    def _value(self, given: QueryDict) -> str:
        return searched(given.get(self.key, ""))[:64]
