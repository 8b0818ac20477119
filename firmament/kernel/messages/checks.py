"""Start-up checks of the way out."""

from email.headerregistry import Address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from firmament.kernel.messages.mailbox import LOOPBACK
from firmament.kernel.messages.wordings import wordings

TLS = {"offered", "required", "none"}


@register()
def check_mail(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """messages.E001–E004, W001: see each message."""
    return [*_gateway(), *_sender(), *_wordings()]


def _gateway() -> list[CheckMessage]:
    if settings.MAIL == "local":
        if urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK:
            return []
        return [
            Warning(
                "Mail is kept on this machine, but the house is public: nobody will get what it writes.",
                hint="Set FIRMAMENT_MAIL=smtp://user:password@host:587.",
                id="messages.W001",
            )
        ]
    parts = urlsplit(settings.MAIL)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        return [Error("MAIL is neither “local” nor smtp://… or smtps://…", id="messages.E001")]
    if not set(parse_qs(parts.query).get("tls", ["offered"])) <= TLS:
        return [Error("MAIL names a tls other than offered, required or none.", id="messages.E002")]
    return []


def _sender() -> list[CheckMessage]:
    try:
        Address(addr_spec=settings.MAIL_FROM)
    except (ValueError, IndexError):
        return [Error(f"MAIL_FROM is no e-mail address: {settings.MAIL_FROM!r}", id="messages.E003")]
    return []


def _wordings() -> list[CheckMessage]:
    try:
        wordings()
    except (ValueError, OSError) as error:
        return [Error(f"A wording cannot be read: {error}", id="messages.E004")]
    return []
