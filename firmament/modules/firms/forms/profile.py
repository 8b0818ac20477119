"""What people say about themselves, and the keys they make for programs."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.forms import ActionForm
from firmament.modules.firms.forms.parts import date_input, locale_choices, timezone_choices
from firmament.modules.firms.reports.profile import token_scopes


class ProfileForm(ActionForm, forms.Form):
    """How somebody is called, and how the pages look for them."""

    name = forms.CharField(label=_("Name"), max_length=200, strip=False)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("All times are shown in it."))
    locale = forms.ChoiceField(
        label=_("Language and formats"), help_text=_("How dates, numbers and money are written for you.")
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.Theme.choices, widget=forms.RadioSelect)
    shortcuts_enabled = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys that open and move things. Press ? to see them."),
    )

    def __init__(self, data: Any = None, *, user: User, staff: bool) -> None:
        names = ("name", "timezone", "locale", "theme", "shortcuts_enabled")
        super().__init__(data, initial={name: getattr(user, name) for name in names})
        self.fields["timezone"].choices = timezone_choices(user.timezone)  # type: ignore[attr-defined]
        self.fields["locale"].choices = locale_choices(user.locale)  # type: ignore[attr-defined]
        if not staff:
            # The portal has no single-key shortcuts.
            del self.fields["shortcuts_enabled"]


class ThemeForm(ActionForm, forms.Form):
    """The switch in the person's menu."""

    theme = forms.ChoiceField(choices=User.Theme.choices)


class TokenForm(ActionForm, forms.Form):
    """A key for a program."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, strip=False, help_text=_("For example “Monthly report”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing this token may do.")},
        help_text=_("Never more than you may do yourself at the moment it is used."),
    )
    ends_on = forms.DateField(label=_("Last day"), widget=date_input(), help_text=_("Within the next year."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = token_scopes(actor)  # type: ignore[attr-defined]

    def expires_at(self) -> datetime:
        """The first instant after the last day, in the reader's time zone."""
        day = self.cleaned_data["ends_on"] + timedelta(days=1)
        return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
