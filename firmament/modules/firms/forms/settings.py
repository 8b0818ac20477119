"""How the firm is called, reached and dressed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm
from firmament.modules.firms.forms.parts import currency_choices, locale_choices, timezone_choices
from firmament.ui.shell import PALETTES

PALETTE_NAMES = {
    "indigo": _("Indigo"),
    "ocean": _("Ocean"),
    "teal": _("Teal"),
    "forest": _("Forest"),
    "amber": _("Amber"),
    "rose": _("Rose"),
    "plum": _("Plum"),
    "graphite": _("Graphite"),
}


class SettingsForm(ActionForm, forms.Form):
    """Everything the firm says about itself."""

    name = forms.CharField(
        label=_("Name"), max_length=120, strip=False, help_text=_("Everybody reads it, clients too.")
    )
    legal_name = forms.CharField(label=_("Legal name"), max_length=200, required=False, strip=False)
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    reply_to = forms.EmailField(
        label=_("Replies go to"),
        max_length=254,
        required=False,
        help_text=_("Where an answer to the firm’s mail arrives."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Due dates and schedules follow it. People’s own pages follow their own."),
    )
    locale = forms.ChoiceField(
        label=_("Language and formats"), help_text=_("For people who have not chosen.")
    )
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, data: Any = None, *, initial: dict[str, str], disabled: bool = False) -> None:
        super().__init__(data, initial=initial)
        offered = {
            "timezone": timezone_choices(initial["timezone"]),
            "locale": locale_choices(initial["locale"]),
            "currency": currency_choices(initial["currency"]),
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.disabled = disabled


class PaletteForm(ActionForm, forms.Form):
    """One of the house's palettes, each measured for contrast in both themes."""

    palette = forms.ChoiceField(
        label=_("Colour"),
        choices=[(name, PALETTE_NAMES[name]) for name in PALETTES],
        widget=forms.RadioSelect,
    )


class LogoForm(ActionForm, forms.Form):
    """A picture for the head of every page."""

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG or WebP, up to 512 kB. Square pictures look best."),
        widget=forms.ClearableFileInput(attrs={"accept": ".png,.jpg,.jpeg,.webp"}),
        error_messages={"required": _("Choose a picture."), "empty": _("This file is empty.")},
    )
