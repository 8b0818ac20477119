"""A whole installation for one test file: a committed database, a web server, a worker, a mail server.

For what cannot be shown inside a rolled-back transaction: browsers, kills, and what two processes do to each other.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close

PROJECT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0


@dataclass
class Mailbox:
    """A real SMTP server that keeps what it is given."""

    letters: list[EmailMessage] = field(default_factory=list)
    controller: Controller | None = None

    def start(self) -> int:
        """Listen on a free port of the loopback; the port."""
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()
        return int(self.controller.port)

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 Kept"

    def to(self, address: str, subject: str = "") -> list[EmailMessage]:
        """The letters to somebody, in the order they came."""
        return [
            letter
            for letter in list(self.letters)
            if address in str(letter["To"]) and subject.lower() in str(letter["Subject"]).lower()
        ]

    def wait_for(self, address: str, subject: str = "", *, count: int = 1) -> EmailMessage:
        """The newest letter to somebody, once there are that many different ones (by Message-ID)."""
        until(
            lambda: len({letter["Message-ID"] for letter in self.to(address, subject)}) >= count,
            f"mail to {address}",
        )
        return self.to(address, subject)[-1]


def link_in(letter: EmailMessage, part: str) -> str:
    """The first address in the letter's plain text that contains `part`."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = [url for url in re.findall(r"https?://[^\s>)]+", body.get_content()) if part in url]
    assert found, f"no link with {part} in: {body.get_content()}"
    return str(found[0])


@dataclass
class Installation:
    """Processes of their own on a database of their own."""

    name: str
    home: Path
    mailbox: Mailbox = field(default_factory=Mailbox)
    port: int = 0
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Clone the furnished template and start everything upon it."""
        close()
        cluster.clone(cluster.TEMPLATE, self.name)
        self.port = free_port()
        (self.home / "static").mkdir(parents=True, exist_ok=True)
        self.mail_port = self.mailbox.start()
        self.start("web", "serve")
        self.start("worker", "work")
        self.wait_until_up()

    def environment(self) -> dict[str, str]:
        """What the processes see."""
        databases = {
            key: value.replace(f"/{cluster.TEMPLATE}?", f"/{self.name}?")
            for key, value in os.environ.items()
            if key.endswith("DATABASE_URL")
        }
        return {
            **os.environ,
            **databases,
            "FIRMAMENT_PRIVILEGED": "",
            "FIRMAMENT_HOME": str(self.home),
            "FIRMAMENT_PROOF": str(self.home / "proof"),
            "FIRMAMENT_PORT": str(self.port),
            "FIRMAMENT_URL": self.url,
            "FIRMAMENT_MAIL": f"smtp://127.0.0.1:{self.mail_port}",
            "FIRMAMENT_WEB_PROCESSES": "1",
        }

    def start(self, part: str, command: str) -> None:
        """Start one of its processes."""
        with (self.home / f"{part}.log").open("ab") as log:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "manage.py", command],
                cwd=PROJECT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, part: str) -> None:
        """kill -9, the whole group: no handler runs, nothing is put away."""
        process = self.processes.pop(part)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_until_up(self) -> None:
        until(self._answers, f"an answer at {self.url}: {self.log('web')}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self, part: str) -> str:
        """The end of what one of its processes said."""
        path = self.home / f"{part}.log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""

    def close(self) -> None:
        """End everything it started, and drop its database."""
        for part in list(self.processes):
            self.kill(part)
        self.mailbox.stop()
        cluster.drop(self.name)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Any, what: str, *, seconds: float = PATIENCE_S) -> None:
    """Wait for something that another process does; AssertionError with its name when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
