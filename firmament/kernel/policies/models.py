"""Roles, teams, portal grants and ethical walls: what the rules are asked against."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies import models_duties as _duties
from firmament.kernel.policies.scopes import Classification
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger

# Its tables belong to this app too.
assert _duties


class RoleQuerySet(FirmQuerySet):
    def standing(self) -> Self:
        """Those nobody deleted."""
        return self.filter(deleted_at__isnull=True)


class Role(FirmModel):
    """A set of powers with a name. The six built-in ones grow with each release; a firm may copy them.

    `origin` is the code of the built-in role that a firm's own one began as. A deleted role is held by nobody, which
    the database sees to, and is kept so that the deleting can be taken back.
    """

    view_power = "policies.view_roles"
    row_history: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="deleted_without_holders",
            when="BEFORE INSERT OR UPDATE OF deleted_at",
            function="policies_guard_role",
        ),
    )

    code = models.CharField(max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    name = models.CharField(_("Name"), max_length=80)
    built_in = models.BooleanField(default=False)
    clearance = models.CharField(
        _("Sees at most"), max_length=12, choices=Classification, default=Classification.CONFIDENTIAL
    )

    origin = models.CharField(max_length=40, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "code"], name="role_code_once"),
            models.UniqueConstraint(
                "firm",
                Lower("name"),
                condition=Q(deleted_at__isnull=True),
                name="role_name_once",
                violation_error_message=_("There is already a role of this name."),
            ),
            models.CheckConstraint(
                condition=Q(built_in=False) | Q(deleted_at__isnull=True, origin=""),
                name="role_built_in_stays",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="role_has_code_and_name"),
            models.CheckConstraint(
                condition=Q(clearance__in=["public", "internal", "confidential", "restricted"]),
                name="role_clearance_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RolePower(FirmModel):
    """One power a role carries. Rows and not an array: array operators cannot use an index under row security."""

    row_history: ClassVar[bool] = True

    role = FirmForeignKey(Role, on_delete=models.CASCADE)
    power = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "role", "power"], name="rolepower_once"),
            models.CheckConstraint(condition=Q(power__contains="."), name="rolepower_is_room_dot_verb"),
        ]

    def __str__(self) -> str:
        return self.power


class RoleAssignment(FirmModel):
    """A member of the firm holds a role; several are united."""

    view_power = "policies.view_roles"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("membership__user", "role")
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="of_a_standing_role",
            when="BEFORE INSERT OR UPDATE OF role_id",
            function="policies_guard_roleassignment",
        ),
    )

    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    role = FirmForeignKey(Role, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "membership", "role"], name="roleassignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.role}"


class TeamQuerySet(FirmQuerySet):
    def standing(self) -> Self:
        """Those that are not archived: what lists offer, and through which members have anything."""
        return self.filter(archived_at__isnull=True)


class Team(FirmModel):
    """Members who share work, and who stand behind the same walls.

    An archived one keeps its members and gives them nothing. The database holds that no wall stands against one:
    whoever archives a team must not open a way round a wall by it.
    """

    view_power = "policies.view_teams"
    row_history: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="archived_without_walls",
            when="BEFORE INSERT OR UPDATE OF archived_at",
            function="policies_guard_team",
        ),
    )

    name = models.CharField(_("Name"), max_length=80)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "name"],
                name="team_name_once",
                violation_error_message=_("There is already a team of this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="team_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(FirmModel):
    """A member of the firm is in a team."""

    view_power = "policies.view_teams"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("membership__user", "team")

    team = FirmForeignKey(Team, on_delete=models.CASCADE)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "team", "membership"], name="teammember_once")]

    def __str__(self) -> str:
        return str(_("%(person)s in %(team)s") % {"person": self.membership, "team": self.team})


class DelegationQuerySet(FirmQuerySet):
    def in_force(self, *, at: datetime) -> Self:
        """Those that count at this instant. One ends at its end, not after it."""
        return self.filter(taken_back_at__isnull=True, starts_at__lte=at, ends_at__gt=at)

    def not_over(self, *, at: datetime) -> Self:
        """Those that count now or will."""
        return self.filter(taken_back_at__isnull=True, ends_at__gt=at)


class Delegation(FirmModel):
    """A member lends powers to another for a time, such as an absence.

    The borrower may do with them what the lender could do at that moment, and to the same things, but for those that a
    wall of the borrower's own hides. What the lender borrowed themself is never part of it.
    """

    view_power = "policies.view_delegations"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("lender__user", "borrower__user")

    lender = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    borrower = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    starts_at = models.DateTimeField(_("From"))
    ends_at = models.DateTimeField(_("Until"))
    reason = models.TextField(_("Reason"), max_length=500)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(lender=models.F("borrower")),
                name="delegation_to_somebody_else",
                violation_error_message=_("Choose somebody else."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")),
                name="delegation_ends_after_it_starts",
                violation_error_message=_("The end must come after the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="delegation_has_a_reason",
                violation_error_message=_("Say why the powers are lent."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "borrower", "ends_at"],
                condition=Q(taken_back_at__isnull=True),
                name="delegation_borrowed",
            )
        ]

    def __str__(self) -> str:
        return str(_("%(lender)s to %(borrower)s") % {"lender": self.lender, "borrower": self.borrower})


class DelegatedPower(FirmModel):
    """One power that is lent. What was lent is never changed: it is taken back, and lent anew."""

    append_only: ClassVar[bool] = True
    row_history: ClassVar[bool] = True

    delegation = FirmForeignKey(Delegation, on_delete=models.PROTECT)
    power = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "delegation", "power"], name="delegatedpower_once"),
            models.CheckConstraint(condition=Q(power__contains="."), name="delegatedpower_is_room_dot_verb"),
        ]

    def __str__(self) -> str:
        return self.power


class PortalGrantQuerySet(FirmQuerySet):
    def unrevoked(self) -> Self:
        """Grants nobody took back, expired ones among them."""
        return self.filter(revoked_at__isnull=True)

    def in_force(self, *, at: datetime) -> Self:
        """Grants that count at this instant. A grant ends at its expiry, not after it."""
        return self.unrevoked().filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))


class PortalGrant(FirmModel):
    """A person on the client's side may do these things for this one client, until it ends or is taken back."""

    view_power = "policies.view_portal"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("user",)
    client_path: ClassVar[str | None] = "client_id"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client_id = models.UUIDField()
    scopes = ArrayField(models.CharField(max_length=40))
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PortalGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "user", "client_id"],
                condition=Q(revoked_at__isnull=True),
                name="portalgrant_one_standing",
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="portalgrant_has_scopes"),
        ]
        indexes = [
            models.Index(fields=["firm", "client_id"], name="portalgrant_client"),
            models.Index(fields=["user"], name="portalgrant_user"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class WallQuerySet(FirmQuerySet):
    def standing(self) -> Self:
        """Walls nobody lifted. A review date that has passed does not lift a wall."""
        return self.filter(lifted_at__isnull=True)


class Wall(FirmModel):
    """An ethical wall: this person, or everybody in this team, is kept from this client or engagement.

    It hides whatever hangs on the client, the wall itself included, and beats every role, team and ownership.
    """

    view_power = "policies.view_walls"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("membership__user", "team")
    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "engagement_id"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="no_archived_team",
            when="BEFORE INSERT OR UPDATE OF team_id, lifted_at",
            function="policies_guard_wall",
        ),
    )

    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE, null=True, blank=True)
    team = FirmForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    engagement_id = models.UUIDField(null=True, blank=True)
    reason = models.TextField(_("Reason"), max_length=2000)
    review_on = models.DateField(_("Look at it again on"), null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True, max_length=2000)

    objects: ClassVar = WallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(membership__isnull=False, team__isnull=True)
                | Q(membership__isnull=True, team__isnull=False),
                name="wall_keeps_a_person_or_a_team",
                violation_error_message=_("Choose either a person or a team."),
            ),
            models.CheckConstraint(
                condition=Q(client_id__isnull=False, engagement_id__isnull=True)
                | Q(client_id__isnull=True, engagement_id__isnull=False),
                name="wall_from_a_client_or_an_engagement",
                violation_error_message=_("Choose either a client or an engagement."),
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="wall_has_a_reason",
                violation_error_message=_("Say why the wall is raised."),
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_reason="")
                | Q(lifted_at__isnull=False, lifted_reason__regex=r"\S"),
                name="wall_is_lifted_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["firm", "membership", "team", "client_id", "engagement_id"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="wall_stands_once",
                violation_error_message=_("This wall stands already."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "client_id"], condition=Q(lifted_at__isnull=True), name="wall_standing_client"
            ),
            models.Index(
                fields=["firm", "engagement_id"],
                condition=Q(lifted_at__isnull=True),
                name="wall_standing_engagement",
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership or self.team)
