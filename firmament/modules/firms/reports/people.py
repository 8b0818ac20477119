"""Who is in the firm, what they hold, and what would be left without them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from firmament.kernel.identity.models import ApiToken, Invitation
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import ActivityRow, activity
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower, Team, TeamMember
from firmament.kernel.policies.powers import FIRM_ADMIN
from firmament.kernel.policies.roles import in_order
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.access.public import WallCard, walls_about


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something a member answers for, as a room names and counts it: "Clients", 12. `heirs` could take it over."""

    label: str
    count: int
    heirs: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """What a person's page shows beside their name. What the reader may not see is empty."""

    roles: tuple[Role, ...]
    only_admin: bool
    teams: tuple[Team, ...]
    tokens: tuple[ApiToken, ...]
    walls: tuple[WallCard, ...]
    history: tuple[ActivityRow, ...]


def members_for(actor: Actor) -> "QuerySet[Membership]":
    """The people of the firm, each with the names of their roles."""
    held = RoleAssignment.objects.filter(membership=OuterRef("pk")).order_by("role__name")
    rows: QuerySet[Membership] = Membership.objects.visible_to(actor).annotate(
        role_names=ArraySubquery(held.values("role__name"))
    )
    return rows


def with_role(code: str) -> Q:
    """Members who hold a role."""
    return Q(pk__in=RoleAssignment.objects.filter(role__code=code).values("membership_id"))


def invitations_for(actor: Actor) -> "list[Invitation]":
    """Offers to join the firm that nobody took up yet, lapsed ones among them, the newest first."""
    rows = Invitation.objects.visible_to(actor).filter(
        domain=Invitation.Domain.STAFF, accepted_at__isnull=True, revoked_at__isnull=True
    )
    return list(rows.order_by("-created_at", "-pk")[:100])


def roles_in_order() -> list[Role]:
    """Every role of the firm: the built-in ones by their weight, then its own by name."""
    return in_order(Role.objects.standing())


def grantable_roles(actor: Actor) -> list[Role]:
    """The roles whose every power the actor holds: nobody gives what they lack."""
    carried: dict[UUID, set[str]] = {}
    for role_id, power in RolePower.objects.values_list("role_id", "power"):
        carried.setdefault(role_id, set()).add(power)
    held = authority_of(actor).held
    return [role for role in roles_in_order() if carried.get(role.pk, set()) <= held]


def roles_of_member(membership: Membership) -> tuple[Role, ...]:
    """What a member holds."""
    held = RoleAssignment.objects.filter(membership=membership).values("role_id")
    return tuple(role for role in roles_in_order() if role.pk in {row["role_id"] for row in held})


def is_only_admin(membership: Membership) -> bool:
    """Whether the firm would be without an active administrator if this one went."""
    admins = set(
        RoleAssignment.objects.filter(
            role__code=FIRM_ADMIN, membership__state=Membership.State.ACTIVE, membership__user__is_active=True
        ).values_list("membership_id", flat=True)
    )
    return admins == {membership.pk}


def member_facts(actor: Actor, membership: Membership) -> MemberFacts:
    """Everything about a member that the reader may see."""
    roles = roles_of_member(membership)
    audits = may(actor, Entry.view_power)
    in_teams = TeamMember.objects.visible_to(actor).filter(membership=membership).values("team_id")
    tokens = ApiToken.objects.visible_to(actor).filter(maker=membership).order_by("-created_at")
    history = activity("tenancy.membership", membership.pk, limit=12) if audits else ()
    return MemberFacts(
        roles=roles,
        only_admin=any(role.code == FIRM_ADMIN for role in roles) and is_only_admin(membership),
        teams=tuple(Team.objects.visible_to(actor).standing().filter(pk__in=in_teams).order_by("name")),
        tokens=tuple(tokens.live(at=now())),
        walls=walls_about(actor, member_id=membership.pk),
        history=tuple(history),
    )


def answers_for(membership: Membership) -> list[Held]:
    """What would be left without an owner, room by room.

    A room says so by its AppConfig: `answered_for = ("dotted.path.to.answered_for",)`, each a
    function `(membership_id) -> Iterable[tuple[str, int, frozenset[UUID]]]`: what, how many, and which members could
    take it over.
    """
    return [
        Held(label=what, count=n, heirs=heirs)
        for ask in offered("answered_for")
        for what, n, heirs in ask(membership.pk)
        if n
    ]


def successors(actor: Actor, membership: Membership, held: Iterable[Held]) -> "QuerySet[Membership]":
    """Who could take all of it over: active, somebody else, and allowed by every room that has something to give."""
    rows = (
        Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE).exclude(pk=membership.pk)
    )
    for one in held:
        rows = rows.filter(pk__in=one.heirs)
    return rows.select_related("user").order_by("user__name")
