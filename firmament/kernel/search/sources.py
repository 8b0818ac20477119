"""What a room lets be found: declared once in its `search.py`, kept up to date by the events it names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q

from firmament.kernel.ledger.events import Event, Text
from firmament.kernel.policies.fields import Path, Values, field_in, holds, resolve
from firmament.kernel.search.chunks import Section
from firmament.kernel.tenancy.models import FirmModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How one object reads.

    keys: what people type to get exactly this (a reference, a shortcut); they weigh as much as the title. `opens`: the
    object whose page is opened, where that is not the object itself. language: a tag such as "de"; "" is the firm's.
    """

    title: str
    subtitle: str = ""
    keys: tuple[str, ...] = ()
    body: tuple[Section, ...] = ()
    opens: UUID | None = None
    language: str = ""


class Unmapped(ImproperlyConfigured):
    """A rule asks about a field that the index does not hold, so search could not be exact."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of thing that can be found.

    model: its label ("clients.Client"). power: who may find one; "" is the model's own `view_power`. page: how an
    object reads; None for one that is not to be found. events: what changes an object of this kind, with the field of the
    event that names it; None is every event of its own room that has it among its `targets`. url, portal_url: names of the page that opens, with one
    argument `pk`; "" where there is none. `portal_lists`: the portal's page shows them all and takes no `pk`.

    owner, team, classification: ORM paths, where the rules ask for them. facts: further plain fields the rules ask
    about. What the rules ask about through a reference that the index holds (`client__deleted_at`) is read where it
    stands, at the moment of the search; a rule about anything else fails at start.
    """

    model: str
    label: Text
    page: Callable[[Any], Page | None]
    url: str
    events: Mapping[type[Event], str] | None = None
    portal_url: str = ""
    portal_lists: bool = False
    icon: str = "file"
    related: tuple[str, ...] = ()
    power: str = ""
    owner: str = ""
    team: str = ""
    classification: str = ""
    facts: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> str:
        return self.model.lower()

    @cached_property
    def model_class(self) -> type[FirmModel]:
        found = apps.get_model(self.model)
        if not issubclass(found, FirmModel):
            raise ImproperlyConfigured(f"{self.model}: only what belongs to a firm can be found")
        return found

    @property
    def view_power(self) -> str:
        return self.power or self.model_class.view_power

    @cached_property
    def paths(self) -> dict[str, str]:
        """Column of the entry → the path that fills it."""
        given = {
            "client_id": self.model_class.client_path,
            "engagement_id": self.model_class.engagement_path,
            "owner_id": self.owner,
            "team_id": self.team,
            "classification": self.classification,
        }
        return {column: path for column, path in given.items() if path}

    @cached_property
    def columns(self) -> dict[str, str]:
        """A column of the object, by its one name → the column of the entry that holds the same."""
        held = {resolve(self.model_class, path).lookup: column for column, path in self.paths.items()}
        return {**held, resolve(self.model_class, "pk").lookup: "object_id"}

    @cached_property
    def fact_lookups(self) -> dict[str, str]:
        """The one name of each fact → the path it was declared by."""
        return {resolve(self.model_class, path).lookup: path for path in self.facts}

    def holds(self, model: type[Model], path: str, values: Values) -> Q | bool:
        """As `policies.fields.field_in`, of the entry instead of the object; raises Unmapped."""
        if not values:
            return False
        taken = resolve(model, path)
        if taken.many is None and taken.lookup in self.columns:
            return holds(self.columns[taken.lookup], values)
        if taken.lookup in self.fact_lookups:
            return Q(facts__overlap=sorted(fact(taken.lookup, value) for value in values))
        if taken.many is not None and not taken.hops:
            far = taken.many
            rows = far.model._default_manager.filter(
                holds(far.rest, values), **{f"{far.back}__isnull": False}
            )
            return Q(object_id__in=rows.values(far.back))
        return self._through(taken, path, values)

    def _through(self, taken: Path, path: str, values: Values) -> Q | bool:
        """What stands behind a reference that the entry holds, read where it stands."""
        hop: Any = self.model_class._meta.get_field(taken.hops[0]) if taken.hops else None
        column = self.columns.get(hop.attname) if hop is not None else None
        if hop is None or column is None or hop.related_model is None:
            raise Unmapped(f"{self.model}: the index does not hold {path}, which its view power asks about")
        far: Any = hop.related_model
        inner = field_in(far, path.partition("__")[2], values)
        if inner is False:
            return False
        rows = far._default_manager.filter(inner) if isinstance(inner, Q) else far._default_manager.all()
        found = Q(**{f"{column}__in": rows.values("pk")})
        return found | Q(**{f"{column}__isnull": True}) if None in values else found


def fact(lookup: str, value: object) -> str:
    """One fact as the index keeps it."""
    return f"{lookup}={'' if value is None else value}"[:200]


_sources: dict[str, Source] = {}


def keep(source: Source) -> None:
    """Put a source into the registry; each kind once."""
    if source.kind in _sources:
        raise ImproperlyConfigured(f"{source.model}: two sources of one kind")
    _sources[source.kind] = source


def forget(kind: str) -> None:
    """Take a source back; for tests that declare their own."""
    _sources.pop(kind, None)


def source_of(kind: str) -> Source | None:
    """The source of a kind; None for one of a room that is gone."""
    return _sources.get(kind)


def sources(kinds: Iterable[str] | None = None) -> list[Source]:
    """Every source, or those of the kinds that exist."""
    wanted = None if kinds is None else {kind.lower() for kind in kinds}
    return [s for kind, s in sorted(_sources.items()) if wanted is None or kind in wanted]
