"""`make run`: the whole installation on one machine, supervised by this one process.

It imports no Django, so that a second start is quick; the children do.
"""

import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from firmament.config.database import cluster, is_upgraded, mark_demo
from firmament.config.environment import DATABASE, ROOT, Environment, SettingsWrong, environment, make_home
from firmament.config.processes import Child, ChildFailed, stop_all
from firmament.lib.postgres import EmbeddedPostgres, lock_file
from firmament.lib.postgres_binaries import PostgresFailed
from firmament.lib.secret_files import write_secret

MANAGE = str(ROOT / "manage.py")
SLOWEST_START_S = 90.0
LOOK_EVERY_S = 0.2


class CannotRun(Exception):
    """Why it does not start, in words for the person at the terminal."""


class Stop(Exception):
    """Somebody asked us to stop."""


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        Installation(environment()).run()
    except Stop:
        pass
    except (CannotRun, SettingsWrong, PostgresFailed, ChildFailed) as error:
        sys.exit(str(error))


def _stop(*_: object) -> None:
    # Once is enough: a second Ctrl-C must not interrupt the stopping itself.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stop


class Installation:
    """Database, web server and worker of one home."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.postgres: EmbeddedPostgres | None = cluster(env) if env.uses_embedded_database else None
        self.children = [self._child("web", "serve"), self._child("worker", "work")]

    def run(self) -> None:
        """Start everything, say where it is, and keep it up until Stop."""
        make_home(self.env.home)
        with contextlib.ExitStack() as held:
            self._be_the_only_one(held)
            # One that was killed could not take it along.
            self._run_file.unlink(missing_ok=True)
            self._check_port()
            try:
                self._prepare()
                for child in self.children:
                    child.start()
                self._wait_until_up()
                self._announce()
                self._keep_up()
            finally:
                self._stop()

    # Before the start

    def _be_the_only_one(self, held: contextlib.ExitStack) -> None:
        try:
            descriptor = lock_file(self.env.home / "run.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = _read_json(self._run_file)
            at = f" at {said['url']} (process {said['pid']})" if said else ""
            raise CannotRun(f"Firmament runs already from {self.env.home}{at}.") from None
        held.callback(os.close, descriptor)

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.env.bind else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.env.bind, self.env.port))
            except OSError as error:
                raise CannotRun(
                    f"Port {self.env.port} on {self.env.bind} cannot be used: {error.strerror}. "
                    f"Choose another, for instance: FIRMAMENT_PORT={self.env.port + 1} make run"
                ) from None

    def _prepare(self) -> None:
        if self.postgres is not None:
            fresh = not self.postgres.exists
            self.postgres.start()
            if fresh:
                # The demo goes only into a database that we made ourselves, never into one we found.
                (self.postgres.place / "made-by-run").touch()
        if self.postgres is None or not is_upgraded(self.env):
            self._say("Preparing the database …")
            self._manage("upgrade")
        if self._wants_demo():
            self._load_demo()

    # The demo firm

    @property
    def _demo_file(self) -> Path | None:
        """The sign-ins of the demo firm, kept beside the cluster so that one never outlives the other."""
        return self.postgres.place / "demo.json" if self.postgres else None

    def _wants_demo(self) -> bool:
        if self.postgres is None or self._demo_file is None or self._demo_file.exists():
            return False
        return self.env.demo and self.env.is_loopback and (self.postgres.place / "made-by-run").exists()

    def _load_demo(self) -> None:
        assert self.postgres and self._demo_file
        self._say("Loading the demo firm, once …")
        # Marked before the first row: a load that was cut short has left passwords in it as well.
        mark_demo(self.postgres.dsn(DATABASE))
        draft = self.env.home / "demo.json.draft"
        draft.unlink(missing_ok=True)
        self._manage("load_demo", "--sign-ins", str(draft))
        write_secret(self._demo_file, draft.read_text())
        draft.unlink()

    def _sign_ins(self) -> list[dict[str, str]]:
        if self._demo_file is None:
            return []
        found: Any = _read_json(self._demo_file)
        return found or []

    # Children

    def _environment(self) -> dict[str, str]:
        # Bytecode may be switched off around us; compiling every file again would double each start.
        left_out = {"FIRMAMENT_PRIVILEGED", "PYTHONDONTWRITEBYTECODE"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return {**kept, "FIRMAMENT_HOME": str(self.env.home)}

    def _child(self, name: str, command: str) -> Child:
        log = self.env.home / "log" / f"{name}.log"
        return Child(name, [sys.executable, MANAGE, command], log, self._environment())

    def _manage(self, *arguments: str) -> None:
        """Run a command to its end; stopping us stops it."""
        process = subprocess.Popen(
            [sys.executable, MANAGE, *arguments], cwd=ROOT, env=self._environment(), start_new_session=True
        )
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if code:
            raise CannotRun(f"`manage.py {arguments[0]}` did not succeed.")

    def _wait_until_up(self) -> None:
        end = time.monotonic() + SLOWEST_START_S
        while not self._answers():
            for child in self.children:
                child.look()
            if time.monotonic() > end:
                raise ChildFailed(
                    f"The web server does not answer. It said:\n{self.children[0].last_words()}"
                )
            time.sleep(0.05)

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.env.bind, self.env.bind)  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(host, self.env.port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _keep_up(self) -> None:
        while True:
            for child in self.children:
                child.look()
            if self.postgres is not None and not self.postgres.supervised():
                self.postgres.start()
            time.sleep(LOOK_EVERY_S)

    # What people see

    @property
    def _run_file(self) -> Path:
        return self.env.home / "run.json"

    def _announce(self) -> None:
        url, sign_ins = self.env.public_url, self._sign_ins()
        write_secret(
            self._run_file, json.dumps({"url": url, "pid": os.getpid(), "sign_ins": sign_ins}, indent=2)
        )
        lines = ["", f"Firmament is running at {url}", ""]
        if sign_ins:
            wide = {key: max(len(person[key]) for person in sign_ins) for key in ("role", "email")}
            lines += ["Sign in to the demo firm:"]
            lines += [
                f"  {p['role']:<{wide['role']}}  {p['email']:<{wide['email']}}  {p['password']}"
                for p in sign_ins
            ]
        else:
            lines += ["Make a firm with: .venv/bin/python manage.py create_firm --help"]
        if self.env.mail.get_secret_value() == "local":
            lines += ["", f"Mail goes nowhere but to {url}/dev/mail/"]
        self._say("\n".join([*lines, f"Logs are in {self.env.home / 'log'}", "Ctrl-C stops everything.", ""]))

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            print(text, flush=True)

    # The end

    def _stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop_all(self.children)
        self._run_file.unlink(missing_ok=True)
        shutil.rmtree(self.env.home / "metrics", ignore_errors=True)
        if self.postgres is not None:
            self.postgres.release()
            self._wait_for_database()

    def _wait_for_database(self) -> None:
        """Come back when the server is gone; another user of it, such as a shell, may keep it."""
        assert self.postgres
        end = time.monotonic() + 10
        while self.postgres.supervised() and self.postgres.unused() and time.monotonic() < end:
            time.sleep(0.02)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    main()
