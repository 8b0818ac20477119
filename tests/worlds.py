"""Random worlds of the whole product, in which every power is asked twice: of each object, and of the list.

They stand in a database of their own whose constraints and triggers are taken off: a row may then be anything its columns
can hold, which is more than the product could ever make. Row-level security stays. A world is made in a savepoint and
undone. People, walls, loans and grants are made as they occur; every other table is filled by reading its fields.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from firmament.kernel.identity.models import User
from firmament.kernel.policies.audience import looked_at
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.decide import judge, visible
from firmament.kernel.policies.fields import Path, Subject, resolve
from firmament.kernel.policies.models import (
    DelegatedPower,
    Delegation,
    PortalGrant,
    Role,
    RoleAssignment,
    RolePower,
    Team,
    TeamMember,
    Wall,
)
from firmament.kernel.policies.powers import Declaration, declarations, house_codes
from firmament.kernel.policies.rules import ClassificationAtMost, FieldAtom, FieldIs, atoms
from firmament.kernel.policies.scopes import Classification, Scope
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.models import Firm, FirmModel, Membership
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close, point_at
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

# What a power that is about the firm itself is asked of: walls stand before these rows as before any others.
OF_THE_FIRM = "policies.wall"
ROWS = 7
# Never filled by reading their fields: they decide who may enter, or belong to no firm.
MADE_BY_HAND: tuple[type[models.Model], ...] = (User, Firm)

LOOSEN = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND conparentid = 0 LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', one.place, one.conname);
  END LOOP;
  FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x') AND conrelid <> 0
               AND conislocal LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', one.place, one.conname);
  END LOOP;
  FOR one IN SELECT indexrelid::regclass AS place FROM pg_index JOIN pg_class c ON c.oid = indexrelid
             WHERE indisunique AND NOT indisprimary AND c.relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('DROP INDEX IF EXISTS %s', one.place);
  END LOOP;
  FOR one IN SELECT oid::regclass AS place FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', one.place);
  END LOOP;
END $$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO firmament_app;
"""


@contextmanager
def loose_database(name: str) -> Iterator[None]:
    """A clone of the template without constraints and triggers, at which every alias points inside the block."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    close()
    cluster.clone(cluster.TEMPLATE, name)
    with cluster.superuser(name) as root:
        root.execute(LOOSEN)
    point_at(name)
    try:
        yield
    finally:
        close()
        point_at(before)
        cluster.drop(name)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            forget_authority()


@dataclass
class World:
    """The rows of a world by their model, and everybody who asks."""

    dice: Random
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    actors: tuple[Actor, ...] = ()

    def of(self, model: type[models.Model], count: int = ROWS) -> list[Any]:
        """Rows of a table; made when they are asked for first."""
        if model not in self.rows:
            self.rows[model] = []
            self.fill(model, count)
        return self.rows[model]

    def keep(self, model: type[Any], made: list[Any]) -> list[Any]:
        """Write rows down, and have them among the world's."""
        model._default_manager.bulk_create(made)
        self.rows.setdefault(model, []).extend(made)
        return made

    def fill(self, model: type[models.Model], count: int) -> None:
        """Rows with anything their columns can hold. One refers to rows that are there, itself never among them."""
        fields = [one for one in model._meta.local_concrete_fields if not getattr(one, "generated", False)]
        made = []
        for _ in range(count):
            values = {}
            for one in fields:
                if one.primary_key:
                    if isinstance(one, models.UUIDField):
                        values[one.attname] = uuid7()
                elif one.name != "firm":
                    values[one.attname] = self.value(model, one)
            made.append(model(**values))
        self.keep(model, made)

    def value(self, model: type[models.Model], one: "models.Field[Any, Any]") -> Any:
        """Something the column can hold; often what a rule asks for, and empty where it may be."""
        if one.null and self.dice.random() < (0.6 if None in asked_of(model, one.attname) else 0.4):
            return None
        if one.is_relation and one.related_model is not None:
            return self.reference(model, one)
        if isinstance(one, models.UUIDField):
            return self.loose_id(one.attname)
        asked = {value for value in asked_of(model, one.attname) if value is not None}
        if asked and (one.choices or self.dice.random() < 0.6):
            asked |= {value for value, _label in one.flatchoices}
            return self.dice.choice(sorted(asked, key=str))
        return self.plain(one)

    def reference(self, model: type[models.Model], one: Any) -> Any:
        target = one.related_model
        there = self.rows.get(target, []) if target is model else self.of(target, 4)
        if not there:
            return None if one.null else uuid7()
        # Those who ask are named more often than others, or a share with them would hardly ever decide.
        near = there[:2] if target is Membership and self.dice.random() < 0.5 else there
        return getattr(self.dice.choice(near), one.target_field.attname)

    def loose_id(self, name: str) -> UUID:
        """An id that no foreign key holds, by what its column is called."""
        named = {"client": "clients.Client", "engagement": "engagements.Engagement", "user": "identity.User"}
        stem = name.removesuffix("_id")
        target = apps.get_model(named.get(stem, "tenancy.Membership"))
        found: UUID = self.dice.choice(self.of(target, 4)).pk
        return found

    def plain(self, one: Any) -> Any:
        dice = self.dice
        if one.choices:
            return dice.choice([value for value, _label in one.flatchoices])
        match one:
            case models.BooleanField():
                return dice.random() < 0.5
            case models.DateTimeField():
                return now() + timedelta(hours=dice.randint(-48, 48))
            case models.DateField():
                return (now() + timedelta(days=dice.randint(-9, 9))).date()
            case models.IntegerField() | models.DecimalField() | models.FloatField():
                return dice.randint(1, 4)
            case models.CharField() | models.TextField():
                return dice.choice(("a", "b", "c"))
            case models.BinaryField():
                return b"x"
            case ArrayField():
                return []
            case models.JSONField():
                return {}
            case _:
                return one.get_default()


@cache
def asked_of(model: type[models.Model], column: str) -> tuple[Any, ...]:
    """The values that some rule asks a column for."""
    found: list[Any] = []
    for declared, start in pairs():
        for rule in declared.rules:
            for atom in atoms(rule):
                if not isinstance(atom, FieldIs | ClassificationAtMost):
                    continue
                taken = resolve(start, (declared.prefix(start._meta.label_lower) or "") + atom.field)
                if (taken.column.model, taken.column.attname) == (model, column):
                    found += atom.values if isinstance(atom, FieldIs) else list(Classification.values)
    return tuple(dict.fromkeys(found))


@cache
def pairs() -> tuple[tuple[Declaration, type[models.Model]], ...]:
    """Every power with each table it is asked of; one about the firm itself with a table that no rule looks into."""
    return tuple(
        (declared, apps.get_model(label))
        for declared in declarations()
        for label in (declared.through or {OF_THE_FIRM: ""})
    )


def paths(declared: Declaration, model: type[models.Model]) -> list[Path]:
    """What the power's rules look at, from this table."""
    prefix = declared.prefix(model._meta.label_lower) or ""
    found = []
    for rule in declared.rules:
        for atom in atoms(rule):
            if isinstance(atom, FieldAtom):
                path = str(getattr(atom, "path", getattr(atom, "field", "")))
                found.append(resolve(model, prefix + path if path else str(model.client_path)))  # type: ignore[attr-defined]
    return found


@contextmanager
def world(seed: int) -> Iterator[World]:
    """A world of the firm at hand, which is undone afterwards."""
    with undone():
        made = World(Random(seed))
        people(made)
        for declared, model in pairs():
            made.of(model)
            for path in paths(declared, model):
                if path.many is not None:
                    made.of(path.many.model, 14)
        forget_authority()
        yield made


def people(made: World) -> None:
    """Members, their roles and teams; walls of every kind; loans and grants that count, begin, are over, were ended."""
    dice = made.dice
    users = made.keep(
        User,
        [
            User(email=f"{n}@worlds.example", name=f"Person {n}", is_active=n < 3 or dice.random() < 0.8)
            for n in range(7)
        ],
    )
    members = [
        Membership(user=user, state="active" if n < 2 or dice.random() < 0.7 else "deactivated")
        for n, user in enumerate(users[:5])
    ]
    made.keep(Membership, members)
    powers = [declared.power for declared in declarations()]
    roles = made.keep(
        Role,
        [Role(code=f"r{n}", name=f"R{n}", clearance=dice.choice(Classification.values)) for n in range(4)],
    )
    made.keep(
        RolePower,
        [
            RolePower(role=role, power=power)
            for n, role in enumerate(roles)
            for power in powers
            if dice.random() < (0.9, 0.5, 0.3, 0.1)[n]
        ],
    )
    made.keep(
        RoleAssignment,
        [
            RoleAssignment(membership=member, role=role)
            for member in members
            for role in dice.sample(roles, dice.choice((1, 1, 1, 2, 0)))
        ],
    )
    teams = made.keep(
        Team, [Team(name=f"T{n}", archived_at=now() if dice.random() < 0.25 else None) for n in range(4)]
    )
    made.keep(
        TeamMember,
        [TeamMember(team=t, membership=m) for t in teams for m in members if dice.random() < 0.4],
    )
    clients = made.of(apps.get_model("clients.Client"), 4)
    engagements = made.of(apps.get_model("engagements.Engagement"), 4)
    _walls(made, members, teams, clients, engagements)
    _loans(made, members, powers)
    _grants(made, users[5:], clients)
    made.actors = _actors(made, members, users)


def _walls(
    made: World, members: list[Any], teams: list[Any], clients: list[Any], engagements: list[Any]
) -> None:
    dice = made.dice
    walls = []
    for _ in range(ROWS):
        of_a_team, about_a_client = dice.random() < 0.4, dice.random() < 0.6
        walls.append(
            Wall(
                membership=None if of_a_team else dice.choice(members),
                team=dice.choice(teams) if of_a_team else None,
                client_id=dice.choice(clients).pk if about_a_client else None,
                engagement_id=None if about_a_client else dice.choice(engagements).pk,
                reason="x",
                lifted_at=now() if dice.random() < 0.4 else None,
            )
        )
    made.keep(Wall, walls)


def _loans(made: World, members: list[Any], powers: list[str]) -> None:
    dice = made.dice
    hour = timedelta(hours=1)
    loans = []
    for _ in range(4):
        lender, borrower = dice.sample(members, 2)
        starts, ends, taken = dice.choice(
            (
                (now(), now() + hour, None),
                (now() - hour, now() + hour, None),
                (now() + hour, now() + 2 * hour, None),
                (now() - hour, now(), None),
                (now() - hour, now() + hour, now()),
            )
        )
        loans.append(
            Delegation(
                lender=lender,
                borrower=borrower,
                starts_at=starts,
                ends_at=ends,
                taken_back_at=taken,
                reason="x",
            )
        )
    made.keep(Delegation, loans)
    made.keep(
        DelegatedPower,
        [DelegatedPower(delegation=loan, power=p) for loan in loans for p in powers if dice.random() < 0.5],
    )


def _grants(made: World, users: list[Any], clients: list[Any]) -> None:
    dice = made.dice
    hour = timedelta(hours=1)
    made.keep(
        PortalGrant,
        [
            PortalGrant(
                user=user,
                client_id=client.pk,
                scopes=[str(scope) for scope in Scope if dice.random() < 0.6] or [str(Scope.CONTACTS_READ)],
                expires_at=dice.choice((None, None, now() + hour, now())),
                revoked_at=now() if dice.random() < 0.2 else None,
            )
            for user in users
            for client in clients
            if dice.random() < 0.6
        ],
    )


def _actors(made: World, members: list[Any], users: list[Any]) -> tuple[Actor, ...]:
    """Two members, a program, two of the clients' people, and in turns the house, an operator, another firm's."""
    dice, firm = made.dice, current_firm_id()
    rooms = sorted({declared.room for declared in declarations()})
    scopes = {f"{room}.{dice.choice(('*', 'read'))}" for room in rooms if dice.random() < 0.7}
    clients = made.rows[apps.get_model("clients.Client")]
    others = (
        Actor.system(dice.choice(sorted(house_codes()))),
        Actor(domain=Domain.OPERATOR, firm_id=firm, name="Olga"),
        Actor(
            domain=Domain.STAFF,
            firm_id=UUID(int=1),
            user_id=members[0].user_id,
            membership_id=members[0].pk,
            name="Elsewhere",
        ),
        Actor.of_staff(members[dice.randint(2, 4)]),
    )
    return (
        Actor.of_staff(members[0]),
        Actor.of_staff(members[1]),
        Actor.of_token(members[0], token_id=UUID(int=9), name="program", scopes=frozenset(scopes)),
        Actor.of_client(users[5], firm),
        Actor.of_client(users[6], firm, client_id=dice.choice((None, dice.choice(clients).pk))),
        dice.choice(others),
    )


Answers = dict[tuple[str, type[models.Model], int], frozenset[Any]]


def subjects(made: World, declared: Declaration, model: type[models.Model]) -> list[Subject]:
    """The table's rows as the database has them, with what the rules look at read once."""
    hops = {"__".join(path.hops) for path in paths(declared, model) if path.hops}
    for walled in (getattr(model, "client_path", None), getattr(model, "engagement_path", None)):
        if walled and (taken := resolve(model, walled)).hops:
            hops.add("__".join(taken.hops))
    rows = model._default_manager.filter(pk__in=[row.pk for row in made.rows[model]]).order_by("pk")
    return [looked_at(row, declared) for row in (rows.select_related(*sorted(hops)) if hops else rows)]


def allowed(made: World) -> Answers:
    """By the object: whom `judge` lets do what to which."""
    found: Answers = {}
    for declared, model in pairs():
        asked = subjects(made, declared, model)
        for n, actor in enumerate(made.actors):
            authority = authority_of(actor)
            found[declared.power, model, n] = frozenset(
                subject.obj.pk for subject in asked if judge(authority, declared, subject).allowed is True
            )
    return found


def listed(made: World, power: str, model: type[models.Model], actor: Actor) -> frozenset[Any]:
    """By the list: the rows `visible` shows."""
    rows = model._default_manager.filter(
        visible(actor, power, model), pk__in=[row.pk for row in made.rows[model]]
    )
    found = list(rows.values_list("pk", flat=True))
    assert len(found) == len(set(found)), f"{power}: the list of {model._meta.label} names a row twice"
    return frozenset(found)


@dataclass
class Tally:
    """What was asked, and where the two answers differed."""

    worlds: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    some: Counter[str] = field(default_factory=Counter)
    none: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def take(self, seed: int) -> None:
        """One world: every power, every table it is asked of, everybody."""
        with world(seed) as made:
            for (power, model, n), right in allowed(made).items():
                got = listed(made, power, model, made.actors[n])
                self.asked[power] += 1
                (self.some if right else self.none)[power] += 1
                if got != right:
                    self.wrong.append(
                        f"world {seed}: {power} of {model._meta.label} for {made.actors[n].domain} {n}:"
                        f" {len(got - right)} listed and not allowed, {len(right - got)} allowed and not listed"
                    )
        self.worlds += 1


def firm_tables() -> list[type[FirmModel]]:
    """The tables of a firm, each of which `World.fill` can fill."""
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, FirmModel)]
