"""Whatever changes who may do what. Each one counts from the very next question on."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.decide import Denied, require
from firmament.kernel.policies.events import (
    PortalGranted,
    PortalRevoked,
    PortalScopesChanged,
    RoleAssigned,
    RoleRevoked,
    TeamArchived,
    TeamCreated,
    TeamMemberAdded,
    TeamMemberRemoved,
    TeamRenamed,
    TeamRestored,
    WallLifted,
    WallRaised,
)
from firmament.kernel.policies.holders import refuse_both
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import (
    PortalGrant,
    Role,
    RoleAssignment,
    RolePower,
    Team,
    TeamMember,
    Wall,
)
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now

if TYPE_CHECKING:
    from firmament.kernel.identity.models import User

PLAIN = {
    "policies_last_administrator": _("The firm keeps at least one active administrator."),
    "policies_domains_never_mix": _(
        "A person is either staff of the firm or a client's portal user, never both."
    ),
    "portalgrant_one_standing": _("This person can already use the portal for this client."),
    "wall_stands_once": _("This wall stands already."),
    "team_name_once": _("There is already a team of this name."),
    "team_archived_without_walls": _("An ethical wall stands against this team. Lift it first."),
    "wall_of_a_standing_team": _("This team is archived. Bring it back first."),
    "role_name_once": _("There is already a role of this name."),
    "role_has_holders": _("Somebody holds this role. Take it from them first."),
    "role_is_deleted": _("This role was deleted. Bring it back first."),
    "dutypair_once": _("These two are kept apart already."),
}
_plain: ContextVar[bool] = ContextVar("changing_authority", default=False)


@contextmanager
def plainly() -> Iterator[None]:
    """Run a change of authority, and say what the database refuses in plain words, at once and not at commit.

    Wrap it around whatever may take away the last administrator (a deactivation too) or make staff of a client:
    raises ValidationError, and what was done inside is undone. Several changes in one, each of which is wrapped too, are
    looked at when the last is made.
    """
    if _plain.get():
        yield
        forget_authority()
        return
    token = _plain.set(True)
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS policies_last_administrator IMMEDIATE")
                cursor.execute("SET CONSTRAINTS policies_last_administrator DEFERRED")
            refuse_both()
    except IntegrityError as refused:
        diagnosis = getattr(refused.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        if name not in PLAIN:
            raise
        raise ValidationError(PLAIN[name], code=name) from refused
    finally:
        _plain.reset(token)
        forget_authority()


def require_grantable(actor: Actor, roles: Collection[Role]) -> None:
    """Nobody grants, or takes away, what they lack: `Denied` unless the actor holds every power of these roles.

    The house itself is not asked: its jobs carry out what a person was asked about before.
    """
    if actor.domain == Domain.SYSTEM:
        return
    powers = RolePower.objects.filter(role__in=list(roles)).values_list("power", flat=True)
    held = authority_of(actor).held
    lacking = sorted(set(powers) - held)
    if lacking:
        raise Denied(
            Can.ASSIGN_ROLES, f"{Can.ASSIGN_ROLES}/lacks", tuple(f"lacks {power}" for power in lacking)
        )


def assign_role(actor: Actor, membership: Membership, role: Role) -> RoleAssignment:
    """Give a member a role. Giving it twice changes nothing."""
    require(actor, Can.ASSIGN_ROLES, membership)
    require_grantable(actor, [role])
    with plainly():
        assignment, made = RoleAssignment.objects.get_or_create(membership=membership, role=role)
    if made:
        record(actor, RoleAssigned(membership_id=membership.pk, role_id=role.pk, role=role.name))
    return assignment


def revoke_role(actor: Actor, membership: Membership, role: Role) -> None:
    """Take a role away. The last active administrator's is refused with a ValidationError."""
    require(actor, Can.ASSIGN_ROLES, membership)
    require_grantable(actor, [role])
    with plainly():
        gone, _by_model = RoleAssignment.objects.filter(membership=membership, role=role).delete()
        if gone:
            record(actor, RoleRevoked(membership_id=membership.pk, role_id=role.pk, role=role.name))


def create_team(actor: Actor, *, name: str) -> Team:
    """Make a team. A name that is taken is a ValidationError."""
    require(actor, Can.MANAGE_TEAMS)
    team = Team(name=name.strip())
    team.full_clean()
    with plainly():
        team.save(force_insert=True)
    record(actor, TeamCreated(team_id=team.pk, name=team.name))
    return team


def rename_team(actor: Actor, team: Team, *, name: str) -> Team:
    """Call a team something else. A name that is taken is a ValidationError."""
    require(actor, Can.MANAGE_TEAMS, team)
    held: Team = Team.objects.select_for_update().get(pk=team.pk)
    before, held.name = held.name, name.strip()
    held.full_clean()
    if held.name != before:
        with plainly():
            held.save(update_fields=["name", "updated_at"])
        record(actor, TeamRenamed(team_id=held.pk, before=before, name=held.name))
    return held


def archive_team(actor: Actor, team: Team) -> Team:
    """Put a team away: its members stay in it and have nothing through it. `restore_team` brings it back.

    ValidationError while a wall stands against it, for those who may see the wall; `Denied` for others, as when
    somebody is taken out of such a team.
    """
    require(actor, Can.MANAGE_TEAMS, team)
    _require_walls_of(actor, team)
    with plainly():
        if Team.objects.standing().filter(pk=team.pk).update(archived_at=now()):
            record(actor, TeamArchived(team_id=team.pk, name=team.name))
    team.refresh_from_db()
    return team


def restore_team(actor: Actor, team: Team) -> Team:
    """Bring an archived team back, with whoever is in it and whatever was shared with it."""
    require(actor, Can.MANAGE_TEAMS, team)
    if Team.objects.filter(pk=team.pk, archived_at__isnull=False).update(archived_at=None):
        record(actor, TeamRestored(team_id=team.pk, name=team.name))
    team.refresh_from_db()
    forget_authority()
    return team


def _require_walls_of(actor: Actor, team: Team) -> None:
    """Whoever weakens a team that stands behind walls needs the power over each of them."""
    for wall in Wall.objects.standing().filter(team=team):
        require(actor, Can.RAISE_WALL, wall)


def add_to_team(actor: Actor, team: Team, membership: Membership) -> TeamMember:
    """Put a member into a team, and behind its walls. Doing it twice changes nothing; ValidationError if archived."""
    require(actor, Can.MANAGE_TEAMS, team)
    if not Team.objects.standing().filter(pk=team.pk).exists():
        raise ValidationError(PLAIN["wall_of_a_standing_team"], code="archived")
    place, made = TeamMember.objects.get_or_create(team=team, membership=membership)
    if made:
        record(actor, TeamMemberAdded(**_place(team, membership)))
    forget_authority()
    return place


def remove_from_team(actor: Actor, team: Team, membership: Membership) -> None:
    """Take a member out of a team.

    Where the team stands behind a wall this lifts the wall for the person, so it takes the power to do that too;
    and since a wall hides itself from those behind it, nobody gets round their own.
    """
    require(actor, Can.MANAGE_TEAMS, team)
    _require_walls_of(actor, team)
    gone, _by_model = TeamMember.objects.filter(team=team, membership=membership).delete()
    if gone:
        record(actor, TeamMemberRemoved(**_place(team, membership)))
    forget_authority()


def _place(team: Team, membership: Membership) -> dict[str, Any]:
    return {
        "team_id": team.pk,
        "membership_id": membership.pk,
        "team": team.name,
        "person": membership.user.name,
    }


def checked_scopes(scopes: Collection[str]) -> list[str]:
    """Known scopes in the order of their list; ValidationError for none, or for one that does not exist."""
    known = [str(scope) for scope in Scope]
    if not scopes or set(scopes) - set(known):
        raise ValidationError(_("Choose at least one thing this person may do."), code="scopes")
    return [scope for scope in known if scope in scopes]


def grant_portal(
    actor: Actor,
    *,
    user: "User",
    client_id: UUID,
    scopes: Collection[str],
    expires_at: datetime | None = None,
) -> PortalGrant:
    """Let a person use the portal for one client. ValidationError if they already may, or are staff."""
    grant = PortalGrant(
        user=user, client_id=client_id, scopes=checked_scopes(scopes), expires_at=_in_the_future(expires_at)
    )
    require(actor, Can.MANAGE_PORTAL, grant)
    with plainly():
        grant.save(force_insert=True)
    record(
        actor,
        PortalGranted(
            grant_id=grant.pk,
            user_id=user.pk,
            client_id=client_id,
            scopes=tuple(grant.scopes),
            expires_at=grant.expires_at,
        ),
    )
    return grant


def _in_the_future(expires_at: datetime | None) -> datetime | None:
    if expires_at is not None and expires_at <= now():
        raise ValidationError(_("The end lies in the past."), code="expires_at")
    return expires_at


def change_portal_scopes(
    actor: Actor, grant: PortalGrant, *, scopes: Collection[str], expires_at: datetime | None = None
) -> PortalGrant:
    """Set what a grant allows and until when. A grant that was taken back stays so: ValidationError."""
    require(actor, Can.MANAGE_PORTAL, grant)
    chosen, until = checked_scopes(scopes), _in_the_future(expires_at)
    standing = PortalGrant.objects.unrevoked().select_for_update().filter(pk=grant.pk).first()
    if standing is None:
        raise ValidationError(_("This access was taken back. Grant it anew."), code="revoked")
    if (standing.scopes, standing.expires_at) != (chosen, until):
        PortalGrant.objects.filter(pk=grant.pk).update(scopes=chosen, expires_at=until)
        record(
            actor,
            PortalScopesChanged(
                grant_id=grant.pk,
                user_id=grant.user_id,
                client_id=grant.client_id,
                scopes_before=tuple(standing.scopes),
                scopes_after=tuple(chosen),
                expires_before=standing.expires_at,
                expires_after=until,
            ),
        )
    grant.refresh_from_db()
    forget_authority()
    return grant


def revoke_portal(actor: Actor, grant: PortalGrant) -> None:
    """Shut a person out for this client, at once. Doing it twice is one line in the ledger."""
    require(actor, Can.MANAGE_PORTAL, grant)
    if PortalGrant.objects.unrevoked().filter(pk=grant.pk).update(revoked_at=now()):
        record(actor, PortalRevoked(grant_id=grant.pk, user_id=grant.user_id, client_id=grant.client_id))
    grant.refresh_from_db()
    forget_authority()


def _require_reason(reason: str, complaint: Promise) -> None:
    if not reason.strip():
        raise ValidationError({"reason": complaint}, code="required")


def raise_wall(
    actor: Actor,
    *,
    reason: str,
    membership: Membership | None = None,
    team: Team | None = None,
    client_id: UUID | None = None,
    engagement_id: UUID | None = None,
    review_on: date | None = None,
) -> Wall:
    """Keep a person or a team from a client or an engagement, whatever their roles say.

    ValidationError without a reason, unless exactly one of each pair is named, or where the same wall stands already.
    """
    wall = Wall(
        membership=membership,
        team=team,
        client_id=client_id,
        engagement_id=engagement_id,
        reason=reason,
        review_on=review_on,
    )
    require(actor, Can.RAISE_WALL, wall)
    _require_reason(reason, _("Say why the wall is raised."))
    _store_once(wall)
    record(
        actor,
        WallRaised(
            wall_id=wall.pk,
            membership_id=membership.pk if membership else None,
            team_id=team.pk if team else None,
            client_id=client_id,
            engagement_id=engagement_id,
            reason=wall.reason,
            review_on=review_on,
        ),
    )
    return wall


def _store_once(wall: Wall) -> None:
    same = Wall.objects.standing().filter(
        membership_id=wall.membership_id,
        team_id=wall.team_id,
        client_id=wall.client_id,
        engagement_id=wall.engagement_id,
    )
    if same.exists():
        who = "team" if wall.team_id else "membership"
        raise ValidationError({who: PLAIN["wall_stands_once"]}, code="wall_stands_once")
    wall.full_clean()
    # Two partners may hear of the same conflict at once: the second waits for the first, and is told the same.
    with plainly():
        wall.save(force_insert=True)


def lift_wall(actor: Actor, wall: Wall, *, reason: str) -> None:
    """Take a wall down, for a reason. Nobody lifts the wall they stand behind."""
    require(actor, Can.RAISE_WALL, wall)
    _require_reason(reason, _("Say why the wall is lifted."))
    lifted = Wall.objects.standing().filter(pk=wall.pk).update(lifted_at=now(), lifted_reason=reason)
    if lifted:
        record(actor, WallLifted(wall_id=wall.pk, reason=reason))
    wall.refresh_from_db()
    forget_authority()
