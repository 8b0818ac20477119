"""Handing a mail over: any SMTP server, or the local mailbox of this installation.

`MAIL` says which: `local`, or `smtp://user:password@host:port` (STARTTLS where the server offers it; add
`?tls=required` to insist, `?tls=none` to forgo it), or `smtps://…` (TLS from the first byte).
"""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.encoders import encode_quopri
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime, formataddr
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from firmament.kernel.messages.models import CaughtMail
from firmament.lib.instant import now

CONNECT_TIMEOUT_S = 20


class MailRefused(Exception):
    """For good: the server said 5xx, or the address cannot be written into a mail."""


class MailDeferred(Exception):
    """For now: no connection, a connection that broke, or the server said 4xx."""


class MailLoginFailed(Exception):
    """The server does not accept our user name and password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One mail to one person. `message_id` is the same at every attempt."""

    message_id: str
    sender_name: str
    sender_email: str
    recipient_name: str
    recipient_email: str
    subject: str
    text: str
    html: str
    written_at: datetime
    reply_to: str = ""


class EmailGateway(Protocol):
    """Hands a mail over and answers what the other side said."""

    def send(self, email: Email) -> str:
        """The answer on acceptance; raises MailRefused, MailDeferred or MailLoginFailed."""


def gateway() -> EmailGateway:
    """The gateway that the settings name."""
    return LocalGateway() if settings.MAIL == "local" else SmtpGateway(settings.MAIL)


def build(email: Email) -> bytes:
    """The MIME message (RFC 5322, RFC 2045–2047), all of it ASCII; MailRefused where it cannot be written.

    Django's builder and not the standard library's newer one, which breaks long names at their encoded words
    and leaves a space in the middle of them.
    """
    message = EmailMultiAlternatives(
        subject=_header(email.subject),
        body=email.text,
        from_email=formataddr((_header(email.sender_name), bare_address(email.sender_email))),
        to=[formataddr((_header(email.recipient_name), bare_address(email.recipient_email)))],
        reply_to=[bare_address(email.reply_to)] if email.reply_to else [],
        headers={
            "Date": format_datetime(email.written_at),
            "Message-ID": email.message_id,
            # RFC 3834 §5: nobody's holiday notice should answer us.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(email.html, "text/html")
    try:
        built: Any = message.message()
        for part in built.walk():
            if part.get("Content-Transfer-Encoding") == "8bit":
                # Not every server takes 8BITMIME.
                part.set_payload(part.get_payload(decode=True))
                del part["Content-Transfer-Encoding"]
                encode_quopri(part)
        return built.as_bytes(linesep="\r\n")
    except (ValueError, UnicodeError, MessageError) as error:
        raise MailRefused("A header cannot be written into a mail.") from error


def bare_address(address: str) -> str:
    """The address as it stands in the envelope, its domain in ASCII (RFC 5891); MailRefused if it is none."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        return Address(addr_spec=f"{local}{at}{ascii_domain}").addr_spec
    except (ValueError, IndexError, UnicodeError, MessageError) as error:
        raise MailRefused("The address cannot be written into a mail.") from error


class SmtpGateway:
    """Any SMTP server (RFC 5321)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.secure = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.secure else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.tls = parse_qs(parts.query).get("tls", ["offered"])[0]

    def send(self, email: Email) -> str:
        content = build(email)
        sender, recipient = bare_address(email.sender_email), bare_address(email.recipient_email)
        try:
            return self._hand_over(sender, recipient, content)
        except smtplib.SMTPAuthenticationError as error:
            raise MailLoginFailed(_answer(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailDeferred(f"No answer from the mail server ({type(error).__name__}).") from error

    def _hand_over(self, sender: str, recipient: str, content: bytes) -> str:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.secure:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=CONNECT_TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=CONNECT_TIMEOUT_S)
        try:
            self._greet(server, context)
            code, answer = _converse(server, sender, recipient, content)
        except BaseException:
            server.close()
            raise
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            # It has taken the mail; a broken farewell must not send it twice.
            server.close()
        return _answer(code, answer)

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        if not self.secure and self.tls != "none":
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self.tls == "required":
                raise MailDeferred("The mail server offers no encryption, and the settings insist on it.")
        if self.user:
            try:
                server.login(self.user, self.password)
            except smtplib.SMTPNotSupportedError as error:
                raise MailLoginFailed("The mail server takes no user name here.") from error


class LocalGateway:
    """Keeps the mail in a table that the page /dev/mail/ shows; nothing leaves the machine."""

    def send(self, email: Email) -> str:
        raw = build(email)
        CaughtMail.objects.create(
            message_id=email.message_id,
            sender=f"{_header(email.sender_name)} <{email.sender_email}>"[:320],
            recipient=f"{_header(email.recipient_name)[:200]} <{email.recipient_email}>".strip(),
            subject=_header(email.subject)[:255],
            text=email.text,
            html=email.html,
            raw=raw.decode("ascii"),
            caught_at=now(),
        )
        return "250 Kept in the local mailbox"


def _converse(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> tuple[int, bytes]:
    code, answer = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPResponseException(code, answer)
    code, answer = server.rcpt(recipient)
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, answer)
    code, answer = server.data(content)
    if code != 250:
        raise smtplib.SMTPResponseException(code, answer)
    return code, answer


def _judged(code: int, answer: bytes | str) -> Exception:
    """RFC 5321 §4.2.1: 5yz is permanent, everything else may heal."""
    text = _answer(code, answer)
    return MailRefused(text) if 500 <= code <= 599 else MailDeferred(text)


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())[:400]


def _header(text: str) -> str:
    """One line without control characters: a line break would begin a header of the writer's choice."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def reachable(url: str) -> str:
    """Empty when the server answers; else what is wrong. For `doctor` and the check at start."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 587), timeout=5):
            return ""
    except OSError as error:
        return f"{parts.hostname}:{parts.port or 587} cannot be reached ({type(error).__name__})."
