"""How the firm is called, reached and dressed."""

from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.files.actions import expire, receive
from firmament.kernel.files.limits import Limits, Refused
from firmament.kernel.files.models import StoredFile
from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmProfile
from firmament.kernel.tenancy.transaction import current_firm, current_firm_id
from firmament.modules.firms.events import BrandChanged, SettingsChanged
from firmament.modules.firms.policies import Can
from firmament.ui.shell import PALETTES

# Drawn 24 to 64 pixels high on every page: anything larger is a photograph, not a mark.
LOGO_LIMITS = Limits(
    max_bytes=512 * 1024, types=frozenset({"image/png", "image/jpeg", "image/webp"}), max_pixels=4_000_000
)

LABELS = {
    "name": gettext_lazy("Name"),
    "legal_name": gettext_lazy("Legal name"),
    "website": gettext_lazy("Website"),
    "reply_to": gettext_lazy("Replies go to"),
    "timezone": gettext_lazy("Time zone"),
    "locale": gettext_lazy("Language and formats"),
    "currency": gettext_lazy("Currency"),
}
OF_THE_FIRM = ("name", "timezone", "locale", "currency")
OF_THE_PROFILE = ("legal_name", "website", "reply_to")


class SettingsFields(TypedDict):
    """Everything the page of settings holds."""

    name: str
    legal_name: str
    website: str
    reply_to: str
    timezone: str
    locale: str
    currency: str


def profile_of_firm() -> FirmProfile:
    """The profile of the firm at hand; there is one from its founding on."""
    return FirmProfile.objects.get()


def change_settings(actor: Actor, **fields: Unpack[SettingsFields]) -> None:
    """Write the firm's settings; one event holds each change before and after. The same again changes nothing."""
    profile = FirmProfile.objects.select_for_update().get()
    require(actor, Can.CHANGE_SETTINGS, profile)
    firm = Firm.objects.get(pk=current_firm_id())
    given = {name: str(value).strip() for name, value in fields.items()}
    if not given["name"]:
        raise ValidationError({"name": _("A firm has a name.")}, code="required")
    before = {name: getattr(firm if name in OF_THE_FIRM else profile, name) for name in given}
    changed = [name for name in LABELS if before[name] != given[name]]
    if not changed:
        return
    of_firm = {name: given[name] for name in changed if name in OF_THE_FIRM}
    if of_firm:
        Firm.objects.filter(pk=firm.pk).update(**of_firm)
    of_profile = {name: given[name] for name in changed if name in OF_THE_PROFILE}
    if of_profile:
        FirmProfile.objects.filter(pk=profile.pk).update(**of_profile)
    held = current_firm()
    for name, value in of_firm.items():
        # The page that follows is drawn in this transaction from the firm it already holds.
        setattr(held, name, value)
    record(
        actor,
        SettingsChanged(
            changes=tuple(
                Change(field=str(LABELS[name]), before=before[name], after=given[name]) for name in changed
            )
        ),
    )


def choose_palette(actor: Actor, *, palette: str) -> None:
    """Dress the firm in one of the house's palettes."""
    profile = FirmProfile.objects.select_for_update().get()
    require(actor, Can.CHANGE_SETTINGS, profile)
    if palette not in PALETTES:
        raise ValidationError({"palette": _("There is no such palette.")}, code="palette")
    if profile.brand == palette:
        return
    FirmProfile.objects.filter(pk=profile.pk).update(brand=palette)
    record(actor, BrandChanged(changes=(Change(field=_("Colour"), before=profile.brand, after=palette),)))


def put_logo(actor: Actor, uploaded: UploadedFile) -> StoredFile:
    """Take a new logo in; it is shown once its scan finds it clean. The one before is removed.

    ValidationError in plain words for what is no PNG, JPEG or WebP, or is too large.
    """
    profile = FirmProfile.objects.select_for_update().get()
    require(actor, Can.CHANGE_SETTINGS, profile)
    try:
        stored = receive(actor, uploaded, limits=LOGO_LIMITS, client_id=None)
    except Refused as refused:
        raise ValidationError({"logo": str(refused)}, code="refused") from refused
    _replace_logo(actor, profile, stored)
    return stored


def remove_logo(actor: Actor) -> None:
    """Show the firm's initials again."""
    profile = FirmProfile.objects.select_for_update().get()
    require(actor, Can.CHANGE_SETTINGS, profile)
    if profile.logo_id is not None:
        _replace_logo(actor, profile, None)


def _replace_logo(actor: Actor, profile: FirmProfile, stored: StoredFile | None) -> None:
    old = StoredFile.objects.filter(pk=profile.logo_id).first() if profile.logo_id else None
    FirmProfile.objects.filter(pk=profile.pk).update(logo_id=stored.pk if stored else None)
    change = Change(field=_("Logo"), before=old.name if old else "", after=stored.name if stored else "")
    record(actor, BrandChanged(changes=(change,)))
    if old is not None:
        expire(actor, old)
