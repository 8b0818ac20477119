"""People and the ways in which they prove who they are."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

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
