"""Child processes that are watched: started again when they die, and never left behind."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from firmament.config.environment import ROOT
from firmament.lib.postgres_supervisor import die_with_parent

# `serve` lets requests end for eight seconds and the worker its jobs for three.
PATIENCE_S = 12.0
LONGEST_PAUSE_S = 5.0
# Who lived this long had started well; its next start need not wait.
SETTLED_S = 10.0
# Dying this often without ever settling is no accident.
HOPELESS = 5
LOG_BYTES = 20 * 1024 * 1024


class ChildFailed(Exception):
    """A child will not stay up; the text ends with what it said last."""


@dataclass(slots=True)
class Child:
    """One program that is to run until it is stopped."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        """Start it, in a session of its own so that Ctrl-C reaches it only through us."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                # Were we killed with -9, nobody would ever stop it.
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start it again if it has died, waiting longer each time; ChildFailed when there is no sense in it."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            settled = now - self.started_at > SETTLED_S
            self.deaths = 1 if settled else self.deaths + 1
            self.not_before = now + min(0.2 * 2 ** (self.deaths - 1), LONGEST_PAUSE_S)
            self.process = None
        if self.deaths >= HOPELESS:
            raise ChildFailed(f"The {self.name} does not stay up. It said last:\n{self.last_words()}")
        if now >= self.not_before:
            self.start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, until: float) -> None:
        """Wait for its end until that monotonic time, then end its whole group."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(until - time.monotonic(), 0.05))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        try:
            return self.log.read_bytes()[-2000:].decode(errors="replace")
        except OSError:
            return ""


def stop_all(children: list[Child]) -> None:
    """Stop them together, each with the same patience."""
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + PATIENCE_S
    for child in children:
        child.wait_or_kill(until)
