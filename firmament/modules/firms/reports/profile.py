"""One's own account, as the profile shows it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from firmament.kernel.identity.models import ApiToken
from firmament.kernel.ledger.words import room_title
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.powers import declarations
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

USUAL_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A page of the account itself, which belongs to no firm."""

    title: str
    about: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A key, and what it may do in words."""

    token: ApiToken
    may: str
    over: bool


def ways() -> tuple[Way, ...]:
    """Address, password, sessions."""
    return (
        Way(
            title=_("E-mail address"),
            about=_("Change the address you sign in with"),
            url=reverse("account_email"),
            icon="mail",
        ),
        Way(
            title=_("Password"),
            about=_("Choose a new one"),
            url=reverse("account_change_password"),
            icon="key",
        ),
        Way(
            title=_("Where you are signed in"),
            about=_("See your browsers, and sign them out"),
            url=reverse("identity_sessions"),
            icon="devices",
        ),
    )


def token_scopes(actor: Actor) -> list[tuple[str, str]]:
    """Reading, and everything, of each room in which the actor holds a power; by the room's name."""
    held = authority_of(actor).held
    reading = {d.room for d in declarations() if d.reads and d.power in held}
    rooms = {d.room for d in declarations() if d.power in held}
    found = []
    for room in sorted(rooms, key=room_title):
        if room in reading:
            found.append((f"{room}.read", _("%(room)s: read") % {"room": room_title(room)}))
        found.append((f"{room}.*", _("%(room)s: everything you may do") % {"room": room_title(room)}))
    return found


def tokens_of(actor: Actor) -> list[TokenLine]:
    """One's own keys that have not been revoked, the newest first."""
    words = dict(token_scopes(actor))
    rows = ApiToken.objects.visible_to(actor).filter(maker_id=actor.membership_id, revoked_at__isnull=True)
    return [
        TokenLine(
            token=token,
            may=", ".join(words.get(scope, scope) for scope in token.scopes),
            over=token.expires_at is not None and token.expires_at <= now(),
        )
        for token in rows.order_by("-created_at", "-pk")
    ]


def usual_end() -> date:
    """The last day that is offered first."""
    return timezone.localtime(now()).date() + timedelta(days=USUAL_DAYS)
