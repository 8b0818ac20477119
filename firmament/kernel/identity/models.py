"""People and the ways in which they prove who they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger
from firmament.lib.ids import uuid7
from firmament.lib.instant import now


def validate_timezone(name: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("This is not a time zone we know."), code="timezone")


class UserManager(BaseUserManager["User"]):
    """Makes people; addresses are kept in lower case, so one address is one person."""

    def create_user(self, email: str, name: str, password: str | None = None, **fields: Any) -> User:
        """A new person. Without a password they cannot sign in until they set one by a link."""
        user = self.model(email=email.strip().lower(), name=name.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who can sign in. There is no superuser: power comes from a firm's roles alone."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("E-mail address"), max_length=254)
    name = models.CharField(_("Name"), max_length=200)
    timezone = models.CharField(_("Time zone"), max_length=64, default="UTC", validators=[validate_timezone])
    locale = models.CharField(_("Language"), max_length=20, default="en")
    theme = models.CharField(_("Appearance"), max_length=10, choices=Theme, default=Theme.AUTO)
    shortcuts_enabled = models.BooleanField(_("Keyboard shortcuts"), default=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            # Together: unique whatever the case. A unique index on lower(email) alone would not serve
            # `email = …`, which is how a person is looked up at sign-in.
            models.UniqueConstraint(
                fields=["email"],
                name="identity_user_email_unique",
                violation_error_message=_("Somebody already uses this address."),
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower(F("email"))),
                name="identity_user_email_lower",
                violation_error_message=_("Addresses are kept in lower case."),
            ),
            models.CheckConstraint(
                condition=models.Q(theme__in=["auto", "light", "dark"]), name="identity_user_theme_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()


class UserSession(models.Model):
    """One browser in which a person is, or was just about to be, signed in.

    `session_key` is the SHA-256 of what the cookie holds, so a copy of this table lets nobody in. It stands in
    for Django's own session table, so a session that is listed is one that works, and a row deleted is one ended.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    last_seen_at = models.DateTimeField(default=now)
    ip_prefix = models.CharField(max_length=50, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.user_agent} {self.ip_prefix}"


class InvitationQuerySet(FirmQuerySet):
    """Invitations of the firm at hand."""

    def pending(self) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now())


class Invitation(FirmModel):
    """An offer to one address: to join the firm with roles, or to use the portal for one client.

    The link's token is derived from the id, `generation` and the installation's secret key; only its SHA-256 is
    kept. Sending it again raises the generation, and the older link stops working.
    """

    view_power: ClassVar[str] = "identity.view_invitations"
    client_path: ClassVar[str | None] = "client_id"

    class Domain(models.TextChoices):
        STAFF = "staff", _("Staff")
        CLIENT = "client", _("Client")

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=8, choices=Domain)
    role_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    inviter = FirmForeignKey("tenancy.Membership", null=True, blank=True, on_delete=models.PROTECT)
    generation = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by_id = models.UUIDField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "token_hash"], name="identity_invitation_token"),
            models.CheckConstraint(
                condition=Q(domain="staff", client_id__isnull=True, role_codes__len__gt=0)
                | Q(domain="client", client_id__isnull=False, scopes__len__gt=0),
                name="identity_invitation_offers_something",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="identity_invitation_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by_id__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by_id__isnull=False),
                name="identity_invitation_accepted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-created_at"], name="identity_invitation_newest"),
            models.Index(fields=["firm", "client_id"], name="identity_invitation_client"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_pending(self) -> bool:
        """Whether it can still be accepted."""
        return not (self.accepted_at or self.revoked_at) and self.expires_at > now()


class LookQuerySet(FirmQuerySet):
    """Looks of the firm at hand."""

    def going_on(self, *, at: datetime) -> Self:
        """Those that neither ended nor ran out; one is over at its end, not after it."""
        return self.filter(ended_at__isnull=True, ends_at__gt=at)


class Look(FirmModel):
    """A member looks at the firm as somebody else sees it: staff (`member`), or a client's person.

    It belongs to one browser session. Once begun nothing of it changes but that it ends, and it cannot be begun for longer
    than half an hour.
    """

    LONGEST: ClassVar[timedelta] = timedelta(minutes=30)

    view_power: ClassVar[str] = "identity.view_looks"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="look_stays_as_begun", when="BEFORE UPDATE OR DELETE", function="identity_guard_look"),
    )

    class How(models.TextChoices):
        STOPPED = "stopped", _("stopped by whoever looked")
        SIGN_OUT = "sign_out", _("signed out")
        TIME = "time", _("the time was over")
        REVOKED = "revoked", _("the right to look was taken away")
        GONE = "gone", _("the person can no longer come in")
        MORE = "more", _("the person may do more than whoever looked")

    looker = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    member = FirmForeignKey("tenancy.Membership", null=True, blank=True, on_delete=models.PROTECT)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("Reason"), max_length=500)
    session_id = models.UUIDField()
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=8, choices=How, blank=True)

    objects: ClassVar = LookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "session_id"],
                condition=Q(ended_at__isnull=True),
                name="identity_look_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(member=F("looker")),
                name="identity_look_as_somebody_else",
                violation_error_message=_("Choose somebody else: you see Firmament as yourself already."),
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="identity_look_has_a_reason",
                violation_error_message=_("Say why you look."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begun_at"), ends_at__lte=F("begun_at") + timedelta(minutes=30)),
                name="identity_look_is_short",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, how="")
                | (
                    Q(ended_at__isnull=False)
                    & Q(how__in=["stopped", "sign_out", "time", "revoked", "gone", "more"])
                ),
                name="identity_look_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-begun_at"], name="identity_look_newest"),
            models.Index(fields=["firm", "member", "-begun_at"], name="identity_look_member"),
        ]

    def __str__(self) -> str:
        return f"{self.looker_id} as {self.person_id}"

    @property
    def over_at(self) -> datetime | None:
        """When it ended, also by itself; None while it goes on."""
        if self.ended_at is not None:
            return self.ended_at
        return self.ends_at if self.ends_at <= now() else None


class ApiTokenQuerySet(FirmQuerySet):
    """Tokens of the firm at hand."""

    def live(self, *, at: datetime) -> Self:
        """Neither revoked nor expired; a token ends at its expiry, not after it."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)


class ApiToken(FirmModel):
    """A program's key. It acts for its maker, within its scopes and what its maker may do at that moment."""

    view_power: ClassVar[str] = "identity.view_tokens"

    name = models.CharField(_("Name"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=80))
    maker = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    token_hash = models.CharField(max_length=64)
    hint = models.CharField(max_length=8)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "token_hash"], name="identity_apitoken_hash"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="identity_apitoken_has_scopes"),
        ]
        indexes = [models.Index(fields=["firm", "maker", "-created_at"], name="identity_apitoken_maker")]

    def __str__(self) -> str:
        return self.name
