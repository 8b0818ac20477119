"""The demo firm Harbor & Vale, and a second, small one beside it, so that the wall between them can be seen.

Each room adds its part in `demo.py`, through its actions, at past times (`instant.at`). Everything follows from
one seed and today's date; only the passwords are random. Follow-up jobs run inline and mail is sent into nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from firmament.config.modules import MODULES
from firmament.kernel.breakglass.operators import make_operator
from firmament.kernel.identity.founding import found_firm, join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.jobs.inline import drain
from firmament.kernel.messages.models import CaughtMail
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmProfile, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import at, now

HISTORY = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in a demo firm."""

    name: str
    role: str
    title: str

    def email(self, host: str) -> str:
        return f"{self.name.split(' ', 1)[0].lower()}@{host}"


HARBOR = (
    Member("Nora Vale", "firm_admin", "Managing partner"),
    Member("Peter Harbor", "partner", "Partner, tax"),
    Member("Ingrid Sand", "partner", "Partner, audit"),
    Member("Marta Quay", "manager", "Manager, accounts"),
    Member("Tomas Reed", "manager", "Manager, payroll"),
    Member("Sam Pier", "staff", "Accountant"),
    Member("Lena Brook", "staff", "Accountant"),
    Member("Amir Dale", "staff", "Tax adviser"),
    Member("Julia Moss", "staff", "Payroll"),
    Member("Owen Field", "staff", "Bookkeeper"),
    Member("Kaja Lund", "staff", "Bookkeeper"),
    Member("Rosa Heath", "staff", "Assistant"),
    Member("Bill Stone", "billing", "Billing"),
    Member("Grace Hill", "read_only", "Auditor, external"),
)
NORTHGATE = (
    Member("Viktor North", "firm_admin", "Owner"),
    Member("Elena Gate", "partner", "Partner"),
    Member("Max Stile", "staff", "Paralegal"),
)
# They run the platform, and belong to neither.
OPERATORS = (("vera@platform.example", "Vera Lock"), ("otis@platform.example", "Otis Key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPeople:
    """Who acts in a demo firm. `scale` is about how many clients it has; `today` the date in its zone."""

    slug: str
    partner: Actor
    manager: Actor
    staff: Actor
    operators: Sequence[Actor]
    members: Sequence[Membership]
    scale: int
    today: date
    zone: ZoneInfo

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An instant in the firm's working day; days in the future are negative, and never later than now."""
        local = datetime.combine(self.today - timedelta(days=days_ago), time(hour, minute), tzinfo=self.zone)
        return min(local, now())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How to look at the demo, as one of its people."""

    role: str
    email: str
    password: str


def load() -> list[SignIn]:
    """Make both firms; returns the sign-ins, which stand nowhere else."""
    for email, name in OPERATORS:
        make_operator(email=email, name=name, password=secrets.token_urlsafe(16), timezone="Europe/Berlin")
    harbor = _firm("Harbor & Vale", "harbor", "harbor.example", HARBOR, scale=120, brand="ocean")
    _firm("Northgate Legal", "northgate", "northgate.example", NORTHGATE, scale=6, brand="plum")
    CaughtMail.objects.all().delete()
    host = "harbor.example"
    sign_ins = [
        _sign_in("partner", HARBOR[1].email(host)),
        _sign_in("manager", HARBOR[3].email(host)),
        _sign_in("staff", HARBOR[5].email(host)),
        _sign_in("firm admin", HARBOR[0].email(host)),
        _sign_in("client", _client_email(harbor)),
    ]
    return [
        *sign_ins,
        _sign_in("partner of the other firm", NORTHGATE[1].email("northgate.example")),
        _sign_in("operator of the platform", OPERATORS[0][0]),
    ]


def _firm(name: str, slug: str, host: str, team: Sequence[Member], *, scale: int, brand: str) -> Firm:
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime.combine((now().astimezone(zone) - HISTORY).date(), time(8), tzinfo=zone)
    with at(begin):
        admin, *others = team
        firm = found_firm(name=name, slug=slug, timezone=zone.key, admin=_user(admin, host))
        with firm_transaction(firm.pk):
            FirmProfile.objects.update(brand=brand, website=f"https://{host}", reply_to=f"desk@{host}")
            Membership.objects.update(title=admin.title)
            for member in others:
                join_firm(_user(member, host), role=member.role, title=member.title)
    with firm_transaction(firm.pk):
        people = _people(slug, scale, zone)
        for room in MODULES:
            if find_spec(f"firmament.modules.{room}.demo"):
                import_module(f"firmament.modules.{room}.demo").load(people)
                drain()
    return firm


def _user(member: Member, host: str) -> User:
    return User.objects.create_user(member.email(host), member.name, None, timezone="Europe/Berlin")


def _people(slug: str, scale: int, zone: ZoneInfo) -> DemoPeople:
    members = list(Membership.objects.select_related("user").order_by("created_at", "pk"))
    actors = [Actor.of_staff(member, roles=roles_of(member.pk)) for member in members]

    def first(role: str) -> Actor:
        return next((actor for actor in actors if role in actor.roles), actors[0])

    return DemoPeople(
        slug=slug,
        partner=first("partner"),
        manager=first("manager"),
        staff=first("staff"),
        operators=[Actor.of_operator(User.objects.get(email=email)) for email, _name in OPERATORS],
        members=members,
        scale=scale,
        today=now().astimezone(zone).date(),
        zone=zone,
    )


def _client_email(firm: Firm) -> str:
    with firm_transaction(firm.pk):
        grant = PortalGrant.objects.select_related("user").order_by("created_at", "pk").first()
        assert grant is not None, "the clients room lets somebody into the portal"
        return str(grant.user.email)


def _sign_in(role: str, email: str) -> SignIn:
    user = User.objects.get(email=email)
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save(update_fields=["password"])
    return SignIn(role=role, email=email, password=password)
