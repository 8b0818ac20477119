"""A whole installation in processes of its own: started, killed, stopped, examined, backed up and brought back."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from firmament.config.environment import ROOT
from firmament.lib.postgres import EmbeddedPostgres

pytestmark = pytest.mark.cluster

PATIENCE_S = 300.0


class Installation:
    """One home and one port, and the commands that work on them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.supervisor: subprocess.Popen[str] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        ours = ("FIRMAMENT_", "DATABASE_URL", "PROMETHEUS_", "DJANGO_", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "FIRMAMENT_HOME": str(self.home),
            "FIRMAMENT_PORT": str(self.port),
            "FIRMAMENT_DEMO": "0",
            "FIRMAMENT_WEB_PROCESSES": "1",
            **more,
        }

    def manage(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command run to its end."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment(**more),
            # Anywhere: no command may depend on where it is called.
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def start(self) -> float:
        """Start `run` and wait until it says where it is; how many seconds that took."""
        began = time.monotonic()
        self.supervisor = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run"],
            env=self.environment(),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        eventually(
            lambda: self.said().get("pid") == self.supervisor.pid or self.supervisor.poll() is not None
        )
        assert self.supervisor.poll() is None, self.supervisor.communicate()[0]
        return time.monotonic() - began

    def said(self) -> dict[str, object]:
        """What run.json says; one left by a run that was killed says another process."""
        try:
            return json.loads((self.home / "run.json").read_text())
        except FileNotFoundError:
            return {}

    def stop(self) -> str:
        """SIGTERM, and everything it said."""
        self.supervisor.terminate()
        said, _ = self.supervisor.communicate(timeout=PATIENCE_S)
        return said

    def children(self) -> dict[str, int]:
        """The process ids of web and worker."""
        found = {}
        for pid in processes_naming(str(ROOT / "manage.py")):
            if parent(pid) == self.supervisor.pid:
                found[arguments(pid)[-1]] = pid
        return found

    def answers(self) -> bool:
        return self.get("/healthz") == 200

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(holds: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except (OSError, UnicodeDecodeError):
        return []


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def processes_naming(text: str) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if any(text in argument for argument in arguments(pid))]


def left_behind(home: Path) -> list[int]:
    """Processes that belong to this home: they name it in their arguments or in their environment."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    ours = os.fsencode(f"FIRMAMENT_HOME={home}\0")
    named = set(processes_naming(str(home))) | {pid for pid in numbers if ours in environment_of(pid)}
    return [pid for pid in named if arguments(pid)]


@pytest.fixture(scope="module")
def place():
    """A directory that the database's account can reach, with a space and a quote in its name."""
    made = Path(tempfile.mkdtemp(prefix="firmament's test "))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def founded(place):
    """The home, started once from nothing; stopped in the end, and nothing of it may stay."""
    made = Installation(place / "a home")
    made.start()
    yield made
    if made.supervisor.poll() is None:
        made.stop()
    assert left_behind(made.home) == []


@pytest.fixture
def house(founded):
    """The same, running: a test may have left it stopped."""
    if founded.supervisor.poll() is not None:
        founded.start()
    return founded


@pytest.fixture(scope="module")
def backup(founded, place):
    """A backup of the home, with a firm in it."""
    if founded.supervisor.poll() is not None:
        founded.start()
    found = founded.manage(
        "create_firm", "south", "South", "--admin-email", "s@south.example", "--admin-name", "S"
    )
    # The worker numbers and signs what was done, without anybody asking.
    patience = time.monotonic() + 60
    while not list((founded.home / "proof").glob("*/signed")):
        assert time.monotonic() < patience, "no checkpoint was signed within a minute"
        time.sleep(0.5)
    made = founded.manage("backup", str(place / "backup"))
    assert (found.returncode, made.returncode) == (0, 0), found.stderr + made.stderr
    return place / "backup"


def test_it_starts_from_nothing_and_says_where_it_is(house):
    assert house.said() == {
        "url": f"http://127.0.0.1:{house.port}",
        "pid": house.supervisor.pid,
        "sign_ins": [],
    }
    assert (house.home / "run.json").stat().st_mode & 0o777 == 0o600
    assert house.answers()
    eventually(lambda: house.get("/readyz") == 200)


def test_a_second_run_of_the_same_home_is_refused_in_words(house):
    second = house.manage("run", FIRMAMENT_PORT=str(free_port()))

    assert second.returncode == 1
    assert f"runs already from {house.home} at http://127.0.0.1:{house.port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_said_with_the_way_out(house, place):
    other = Installation(place / "another home")

    refused = other.manage("run", FIRMAMENT_PORT=str(house.port))

    assert refused.returncode == 1
    assert f"Port {house.port} on 127.0.0.1 cannot be used" in refused.stderr
    assert f"FIRMAMENT_PORT={house.port + 1} make run" in refused.stderr
    assert not (other.home / "postgres").exists()


@pytest.mark.parametrize("name", ["serve", "work"])
def test_a_killed_child_is_started_again(house, name):
    killed = house.children()[name]

    os.kill(killed, signal.SIGKILL)

    eventually(lambda: house.children().get(name, killed) != killed)
    eventually(house.answers)
    eventually(lambda: house.get("/readyz") == 200)


def test_a_killed_database_comes_back_under_a_running_house(house):
    cluster = EmbeddedPostgres(house.home / "postgres")
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])

    os.kill(postmaster, signal.SIGKILL)

    eventually(lambda: cluster.ready())
    eventually(lambda: house.get("/readyz") == 200)


def test_a_firm_is_founded_and_its_admin_gets_a_token(house):
    founded = house.manage(
        "create_firm", "north", "North & Co", "--admin-email", "Ann@north.example", "--admin-name", "Ann"
    )
    token = house.manage("create_token", "north", "ann@north.example", "--scope", "identity.read")
    again = house.manage("create_firm", "north", "North", "--admin-email", "b@n.example", "--admin-name", "B")
    nobody = house.manage("create_token", "north", "eve@north.example", "--scope", "identity.read")

    assert re.search(r"ann@north\.example, password \S{16}", founded.stdout)
    assert re.fullmatch(r"fmt_[A-Za-z0-9_-]{43}\n", token.stdout)
    assert "There is a firm at /w/north/ already." in again.stderr
    assert "eve@north.example is no active member" in nobody.stderr
    assert (again.returncode, nobody.returncode) == (1, 1)


def test_the_doctor_finds_everything_right_and_then_what_was_broken(house):
    sound = house.manage("doctor")
    key = house.home / "secret-key"
    key.chmod(0o644)
    open_key = house.manage("doctor")
    key.chmod(0o600)
    no_mail = house.manage("doctor", FIRMAMENT_MAIL=f"smtp://127.0.0.1:{free_port()}")

    assert sound.returncode == 0, sound.stdout
    assert "WRONG" not in sound.stdout and "The tenancy law holds" in sound.stdout
    assert open_key.returncode == 1 and "can be read by others" in open_key.stdout
    assert no_mail.returncode == 1 and "does not answer" in no_mail.stdout


def test_a_backup_restores_into_an_empty_home_and_compares_equal(house, backup, place):
    copy = Installation(place / "restored home")

    restored = copy.manage("restore", str(backup))
    twice = copy.manage("restore", str(backup))

    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "The database is equal" in restored.stdout and "The tenancy law holds" in restored.stdout
    assert (copy.home / "secret-key").read_text() == (house.home / "secret-key").read_text()
    assert twice.returncode == 1 and "is not empty" in twice.stderr
    assert list((copy.home / "proof").glob("*/signing-key"))
    verified = copy.manage("verify_log")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "Nothing was changed" in verified.stdout


def test_a_backup_that_lost_a_bit_is_not_restored(backup, place):
    damaged = place / "damaged"
    shutil.copytree(backup, damaged)
    with (damaged / "database.dump").open("r+b") as dump:
        dump.seek(2000)
        byte = dump.read(1)[0]
        dump.seek(2000)
        dump.write(bytes([byte ^ 1]))

    refused = Installation(place / "yet another home").manage("restore", str(damaged))

    assert refused.returncode == 1
    assert "database.dump: not as it was written" in refused.stderr


def test_a_database_with_the_demo_firm_is_not_served_to_the_world(house):
    cluster = EmbeddedPostgres(house.home / "postgres")
    comment = "COMMENT ON DATABASE firmament IS {}"
    psql = [str(cluster.bin / "psql"), "-qX", "-h", str(cluster.socket_dir), "-U", "postgres", "-c"]
    password = {"PGPASSWORD": cluster.dsn()["password"]}
    mark = comment.format("$$Holds Firmament's demo firm.$$")
    subprocess.run([*psql, mark], env=password, check=True)

    refused = house.manage("serve", FIRMAMENT_URL="https://desk.example.com", FIRMAMENT_PORT=str(free_port()))

    subprocess.run([*psql, comment.format("NULL")], env=password, check=True)
    assert refused.returncode == 1
    assert "holds the demo firm" in refused.stderr


def test_when_the_supervisor_is_killed_nothing_of_it_stays(house):
    house.supervisor.kill()
    house.supervisor.communicate()

    eventually(lambda: left_behind(house.home) == [], 30)


def test_sigterm_stops_everything_and_a_second_start_is_quick(house):
    house.stop()
    stopped = house.supervisor.returncode, left_behind(house.home), (house.home / "run.json").exists()

    seconds = house.start()
    answered = house.answers()
    said = house.stop()

    assert stopped == (0, [], False)
    assert answered and "Preparing the database" not in said
    # Five on an idle machine (bench/start.py measures it); here other tests run beside it.
    assert seconds < 20
