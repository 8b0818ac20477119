"""A real SMTP server in a thread, whose answers a test chooses."""

import asyncio
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Peer:
    """What the server was given, and what it is to say next. An empty list of answers means 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.to_recipients: list[str] = []
        self.to_data: list[str] = []
        self.drops = 0
        self.before_answer: Callable[[], None] | None = None
        self.url = ""

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.to_recipients.pop(0) if self.to_recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.drops:
            self.drops -= 1
            server.transport.abort()
            return "250 nobody hears this"
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if self.before_answer:
            await asyncio.get_running_loop().run_in_executor(None, self.before_answer)
        if answer.startswith("250"):
            self.raw.append(envelope.content)
            parsed = message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        return answer


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def smtp_peer(*, login: tuple[str, str] | None = None) -> Iterator[Peer]:
    """The peer, listening on a port of 127.0.0.1 until the end of the block; with `login`, only for that user."""
    peer = Peer()
    port = free_port()
    asks: dict[str, Any] = {}
    if login:
        right = LoginPassword(*(part.encode() for part in login))

        def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
            return AuthResult(success=given == right, handled=given == right)

        asks = {"authenticator": authenticator, "auth_required": True, "auth_require_tls": False}
    controller = Controller(peer, hostname="127.0.0.1", port=port, ready_timeout=10, **asks)
    controller.start()
    peer.url = f"smtp://127.0.0.1:{port}"
    try:
        yield peer
    finally:
        controller.stop()
