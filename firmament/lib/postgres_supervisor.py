"""The parent of the embedded server; run as a script by `postgres.py`, with the standard library alone.

Arguments: the cluster's place, the `postgres` binary, `users` or `keep`, and the user and group number to
drop to (empty when not root).
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CRASHES_FORGIVEN = 20
SIGN_OF_LIFE_S = 2.0


def _lock(path: Path, how: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, how)
    return descriptor


def die_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """What a child calls before exec so that the kernel signals it when its parent is gone (Linux only).

    The library is loaded here, before the fork, because loading it in the child could deadlock.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1
    return lambda: libc.prctl(set_parent_death_signal, int(how)) and None


class Supervisor:
    """Keeps one server running until it is told to stop or its last user has gone."""

    def __init__(self, place: Path, postgres: str, user: int | None, group: int | None) -> None:
        self.place = place
        self.data = place / "pgdata"
        self.postgres = postgres
        self.user = user
        self.group = group
        self.stopping = False
        self.server: subprocess.Popen[bytes] | None = None

    def stop(self, *_: object) -> None:
        self.stopping = True
        if self.server:
            self.server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown

    def stop_when_unused(self) -> None:
        _lock(self.place / "users.lock", fcntl.LOCK_EX)
        self.stop()

    def run(self) -> None:
        """Start the server again and again: a crash, kill -9, orphans still holding shared memory."""
        for attempt in range(1000):
            self._forget_stale_pid()
            self.server = self._spawn()
            if self.stopping:  # asked between the check and the fork
                self.stop()
            began = time.monotonic()
            code = self.server.wait()
            hopeless = attempt > CRASHES_FORGIVEN and time.monotonic() - began < SIGN_OF_LIFE_S
            if self.stopping or code == 0 or hopeless:
                return
            time.sleep(0.2)

    def _forget_stale_pid(self) -> None:
        """Remove a pid file whose number is not this server: PostgreSQL believes any live process."""
        if not sys.platform.startswith("linux"):
            return
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            try:
                # A zombie's command line is empty.
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except FileNotFoundError:
                arguments = []
            if os.fsencode(self.data) not in arguments:
                pid_file.unlink()

    def _spawn(self) -> subprocess.Popen[bytes]:
        ids: dict[str, Any] = {"user": self.user, "group": self.group}
        if self.user is not None:
            ids["extra_groups"] = []
        with (self.data / "server.log").open("ab") as log:
            return subprocess.Popen(
                [self.postgres, "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                # Were the supervisor killed, nobody would ever stop the server.
                preexec_fn=die_with_parent(signal.SIGINT),
                **ids,
            )


def main(place: str, postgres: str, mode: str, user: str, group: str) -> None:
    # The lock is taken before the fork and belongs to both, so whoever launched us can tell from it
    # whether a supervisor lives.
    _lock(Path(place) / "supervisor.lock", fcntl.LOCK_EX)
    if os.fork():
        os._exit(0)
    supervisor = Supervisor(Path(place), postgres, int(user) if user else None, int(group) if group else None)
    signal.signal(signal.SIGTERM, supervisor.stop)
    if mode == "users":
        threading.Thread(target=supervisor.stop_when_unused, daemon=True).start()
    supervisor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
