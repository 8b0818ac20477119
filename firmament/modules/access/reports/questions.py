"""Why can, or cannot, this person do this? Who may be asked about, and the answer."""

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.words import room_title
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.policies.explain import Explanation, explain
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.powers import Declaration, declarations
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.lib.instant import now

Options = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to ask about: `key` is "m:<membership>" for staff, "u:<user>" for a client's person."""

    key: str
    name: str
    actor: Actor


def people(actor: Actor) -> Options:
    """Whom one can ask about: staff first, then clients' people who may use the portal."""
    staff = (
        Membership.objects.visible_to(actor).order_by("user__name").values_list("pk", "user__name", "state")
    )
    grants = PortalGrant.objects.visible_to(actor).in_force(at=now()).order_by("user__name", "user_id")
    users = grants.values_list("user_id", "user__name", "user__email").distinct()
    gone = Membership.State.DEACTIVATED
    return [
        (
            _("People of the firm"),
            [
                (f"m:{pk}", _("%(name)s (deactivated)") % {"name": name} if state == gone else name)
                for pk, name, state in staff
            ],
        ),
        (_("People of clients"), [(f"u:{pk}", f"{name} ({email})") for pk, name, email in users]),
    ]


def person(actor: Actor, key: str) -> Person | None:
    """The person behind a key, as they would act; None when there is none to see."""
    kind, _colon, text = key.partition(":")
    try:
        pk = UUID(text)
    except ValueError:
        return None
    if kind == "m":
        member = Membership.objects.visible_to(actor).select_related("user").filter(pk=pk).first()
        if member is None:
            return None
        return Person(key=key, name=member.user.name, actor=Actor.of_staff(member, roles=roles_of(member.pk)))
    granted = PortalGrant.objects.visible_to(actor).filter(user_id=pk).exists()
    user = User.objects.filter(pk=pk).first() if kind == "u" and granted else None
    if user is None:
        return None
    return Person(key=key, name=user.name, actor=Actor.of_client(user, actor.firm_id))


def powers() -> Options:
    """Every power by room, in words. Powers of the house alone are left out: no person ever has them."""
    asked = [declared for declared in declarations() if declared.rules]
    rooms = [
        (room_title(room), [(d.power, str(d.title)) for d in inside])
        for room, inside in groupby(asked, key=lambda declared: declared.room)
    ]
    return sorted(rooms, key=lambda room: room[0])


def power(code: str) -> Declaration | None:
    """The declaration of a power, or None."""
    return next((declared for declared in declarations() if declared.power == code and declared.rules), None)


def answer(who: Person, declared: Declaration, subject: FirmModel | None) -> Explanation:
    """The verdict and its reasons, from the predicate that really decides."""
    return explain(who.actor, declared.power, subject)


def powers_on(label: str) -> list[tuple[str, str]]:
    """The powers that can be asked about a thing of this kind, in words."""
    asked = [declared for declared in declarations() if declared.rules and declared.prefix(label) is not None]
    return sorted(((declared.power, str(declared.title)) for declared in asked), key=lambda one: one[1])
