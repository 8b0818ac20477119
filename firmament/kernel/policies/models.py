"""Roles, teams, portal grants and ethical walls: what the rules are asked against."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.scopes import Classification
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet


class Role(FirmModel):
    """A set of powers with a name. The six built-in ones grow with each release; a firm may copy them."""

    view_power = "policies.view_roles"

    code = models.CharField(max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    name = models.CharField(_("Name"), max_length=80)
    built_in = models.BooleanField(default=False)
    clearance = models.CharField(
        _("Sees at most"), max_length=12, choices=Classification, default=Classification.CONFIDENTIAL
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "code"], name="role_code_once"),
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

    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    role = FirmForeignKey(Role, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "membership", "role"], name="roleassignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.role_id}"


class Team(FirmModel):
    """Members who share work, and who stand behind the same walls."""

    view_power = "policies.view_teams"

    name = models.CharField(_("Name"), max_length=80)

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

    team = FirmForeignKey(Team, on_delete=models.CASCADE)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "team", "membership"], name="teammember_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.team_id}"


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
        return f"{self.user_id} {self.client_id}"


class WallQuerySet(FirmQuerySet):
    def standing(self) -> Self:
        """Walls nobody lifted. A review date that has passed does not lift a wall."""
        return self.filter(lifted_at__isnull=True)


class Wall(FirmModel):
    """An ethical wall: this person, or everybody in this team, is kept from this client or engagement.

    It hides whatever hangs on the client, the wall itself included, and beats every role, team and ownership.
    """

    view_power = "policies.view_walls"
    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "engagement_id"

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
        return f"{self.membership_id or self.team_id} | {self.client_id or self.engagement_id}"
