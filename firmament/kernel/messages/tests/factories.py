"""Mails for tests."""

from collections.abc import Callable

from firmament.kernel.messages.models import CaughtMail
from firmament.kernel.tenancy.actor import Actor


def make_caught_mail() -> CaughtMail:
    """A mail in the local mailbox."""
    return CaughtMail.objects.create(
        message_id="<1@desk.example.com>",
        sender="Acme <no-reply@desk.example.com>",
        recipient="Ana <ana@client.example>",
        subject="Welcome",
        text="Welcome",
        html="<p>Welcome</p>",
        raw="Subject: Welcome",
    )


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "dev_mail_letter": lambda actor: {"mail_id": make_caught_mail().pk},
}
