"""Handing files out: by a link that lives a minute, for one person, one file and one reason.

The link proves nothing by itself. It is only read in the session of the person it was made for, and the power
on the object that holds the file is asked again at that moment, so that a right taken away in between counts.
"""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.core import signing
from django.urls import reverse

from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.errors import NotAuthorized
from firmament.kernel.policies import reauthorize
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import LOOKING, Denied, require
from firmament.kernel.policies.powers import UnknownPower
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmModel, Membership

SECONDS = 60
_SALT = "firmament.files.delivery"

# What a browser may show in its own window: pictures it decodes itself, and PDF, which it shows apart from pages.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf"})


class BadLink(Exception):
    """No such link for this person now: forged, too old, somebody else's, or the right is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a link says."""

    firm_id: UUID
    file_id: UUID
    domain: Domain
    user_id: UUID | None
    membership_id: UUID | None
    token_id: UUID | None
    scopes: tuple[str, ...]
    name: str
    power: str
    subject: str
    subject_id: UUID
    inline: bool


def signed_url(
    actor: Actor, file: StoredFile, *, power: str, subject: FirmModel, inline: bool = False
) -> str:
    """A path that hands `file` to `actor`, for 60 seconds, while `actor` has `power` on `subject`.

    The room has made sure that `subject` holds `file`. `inline` shows pictures and PDF in the browser; everything
    else is saved. Denied when the actor lacks the power now, and whenever somebody only looks as the actor: a file
    that has left cannot be watched.
    """
    require(actor, power, subject)
    if actor.looker is not None:
        raise Denied(str(power), f"{power}/{LOOKING}", ("no file leaves while one looks as somebody else",))
    payload = {
        "f": actor.firm_id.hex,
        "o": file.pk.hex,
        "d": actor.domain,
        "u": _hex(actor.user_id),
        "m": _hex(actor.membership_id),
        "t": _hex(actor.token_id),
        "c": sorted(actor.scopes),
        "n": actor.name if actor.domain == Domain.TOKEN else "",
        "p": str(power),
        "s": subject._meta.label_lower,
        "i": subject.pk.hex,
        "l": inline,
    }
    return reverse("files_deliver", kwargs={"token": signing.dumps(payload, salt=_SALT, compress=True)})


def read_ticket(token: str) -> Ticket:
    """What the link says; BadLink when we did not say it, or too long ago."""
    try:
        payload: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=SECONDS)
        return Ticket(
            firm_id=UUID(payload["f"]),
            file_id=UUID(payload["o"]),
            domain=Domain(payload["d"]),
            user_id=_uuid(payload["u"]),
            membership_id=_uuid(payload["m"]),
            token_id=_uuid(payload["t"]),
            scopes=tuple(payload["c"]),
            name=payload["n"],
            power=payload["p"],
            subject=payload["s"],
            subject_id=UUID(payload["i"]),
            inline=payload["l"],
        )
    except (signing.BadSignature, KeyError, ValueError, TypeError) as error:
        raise BadLink from error


def redeem(ticket: Ticket, *, user_id: UUID | None) -> tuple[Actor, StoredFile, FirmModel]:
    """Who asks, what they get and what for, all asked anew, inside the firm's transaction.

    `user_id` is the person of the session. BadLink when the link is not theirs or the file is not ready;
    Denied when the power is gone.
    """
    # A program has no session: its token is asked for instead, and its link is as short-lived as any.
    if ticket.domain != Domain.TOKEN and (user_id is None or user_id != ticket.user_id):
        raise BadLink
    actor = _actor(ticket)
    if not authority_of(actor).live:
        raise BadLink
    model = cast("type[FirmModel]", apps.get_model(ticket.subject))
    subject = model.objects.filter(pk=ticket.subject_id).first()
    file = StoredFile.objects.ready().select_related("blob").filter(pk=ticket.file_id).first()
    if subject is None or file is None:
        raise BadLink
    try:
        require(actor, ticket.power, subject)
    except UnknownPower as error:
        raise BadLink from error
    return actor, file, subject


def _actor(ticket: Ticket) -> Actor:
    try:
        match ticket.domain:
            case Domain.STAFF:
                actor = reauthorize.staff_actor(ticket.membership_id)
            case Domain.CLIENT:
                actor = Actor(domain=Domain.CLIENT, firm_id=ticket.firm_id, user_id=ticket.user_id)
            case Domain.TOKEN:
                actor = _token_actor(ticket)
            case _:
                raise BadLink
    except NotAuthorized as error:
        raise BadLink from error
    if actor.user_id != ticket.user_id:
        raise BadLink
    return actor


def _token_actor(ticket: Ticket) -> Actor:
    if ticket.token_id is None or ticket.membership_id is None:
        raise BadLink
    membership = Membership.objects.select_related("user").filter(pk=ticket.membership_id).first()
    if membership is None or not reauthorize.token_is_live(ticket.token_id):
        raise BadLink
    return Actor.of_token(
        membership, token_id=ticket.token_id, name=ticket.name, scopes=frozenset(ticket.scopes)
    )


def _hex(value: UUID | None) -> str:
    return value.hex if value else ""


def _uuid(value: str) -> UUID | None:
    return UUID(value) if value else None
