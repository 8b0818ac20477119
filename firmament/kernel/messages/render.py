"""From a wording and a context to a letter: subject, plain text, HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from firmament.kernel.messages import letter, secrets
from firmament.kernel.messages.wordings import Wording, wording
from firmament.kernel.tenancy.models import Firm, FirmProfile
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.wording.render import Escape, render

SUBJECT_LENGTH = 200
# The palettes of ui as mail programs can show them, dark enough for white words: no style sheet reaches there.
COLOURS = {
    "indigo": "#4338ca",
    "ocean": "#0b5fa5",
    "teal": "#0f766e",
    "forest": "#2f6b3a",
    "amber": "#92580c",
    "rose": "#be1846",
    "plum": "#7b2d8b",
    "graphite": "#374151",
}
DEFAULT_COLOUR = COLOURS["indigo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """To whom, and how dates are written for them."""

    name: str
    email: str
    user_id: UUID | None = None
    locale: str = "en"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose letter it is: the firm, or the installation for mail that belongs to no firm."""

    name: str
    colour: str = DEFAULT_COLOUR
    reply_to: str = ""
    firm: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter, ready to be shown or sent."""

    subject: str
    text: str
    html: str


def firm_sender(firm: Firm, profile: FirmProfile | None) -> Sender:
    """The firm as the sender of its letters, in its own colour."""
    return Sender(
        name=firm.name,
        colour=COLOURS.get(profile.brand if profile else "", DEFAULT_COLOUR),
        reply_to=profile.reply_to if profile else "",
    )


def house_sender() -> Sender:
    """The installation as the sender of mail about accounts."""
    return Sender(name="Firmament", firm=False)


def preview(code: str, context: Mapping[str, Any] | None, to: Recipient) -> Rendered:
    """The letter as the recipient would get it from the firm at hand, with secrets blacked out.

    Without a context, the wording's own sample is used. Raises `WordingError`, `UnknownWording`.
    """
    chosen = wording(code)
    values = chosen.sample if context is None else dict(context)
    return compose(
        chosen, secrets.black_out(values), to, firm_sender(current_firm(), FirmProfile.objects.first())
    )


def compose(chosen: Wording, context: Mapping[str, Any], to: Recipient, sender: Sender) -> Rendered:
    """Render all three parts. Besides `context`, every wording knows `recipient`, `sender`, `firm` and `site_url`."""
    known = {
        "recipient": {"name": to.name, "email": to.email},
        "sender": {"name": sender.name},
        "firm": {"name": sender.name},
        "site_url": settings.PUBLIC_URL,
    }
    values = {**known, **context}

    def write(source: str, escape: Escape) -> str:
        return render(source, values, escape=escape, locale=to.locale, timezone=to.timezone)

    subject = " ".join(write(chosen.subject, Escape.NONE).split())[:SUBJECT_LENGTH]
    body = write(chosen.body, Escape.MARKDOWN)
    return Rendered(
        subject=subject,
        text=f"{letter.to_text(body, site=settings.PUBLIC_URL)}\n-- \n{sender.name}\n",
        html=render_to_string(
            "messages/letter.html",
            {
                "subject": subject,
                "locale": to.locale,
                "sender": sender,
                # Cleaned by nh3 in to_html.
                "body": letter.to_html(body, colour=sender.colour, site=settings.PUBLIC_URL),
            },
        ),
    )
