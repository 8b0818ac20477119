import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from firmament.lib import postgres
from firmament.lib.postgres import EmbeddedPostgres
from firmament.lib.postgres_binaries import PostgresFailed
from firmament.lib.postgres_memory import memory, memory_settings
from firmament.lib.secret_files import keep_secret

pytestmark = pytest.mark.cluster

SMALL = {"shared_buffers": "16MB", "max_wal_size": "64MB", "min_wal_size": "32MB", "fsync": "off"}
USER_PROGRAM = """
import sys, time
from firmament.lib.postgres import EmbeddedPostgres
EmbeddedPostgres(sys.argv[1], conf={conf!r}).start()
print("up", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def place():
    """A directory that the server's account can reach, which pytest's own 0700 ones are not for root."""
    made = Path(tempfile.mkdtemp(prefix="firmament-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def server(place):
    made = EmbeddedPostgres(place / "it's a home", conf=SMALL)
    yield made
    made.release()
    assert gone_within(made, 10)


def one(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(**server.dsn(), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone_within(server: EmbeddedPostgres, seconds: float) -> bool:
    """Whether both the server and its supervisor have gone: no longer answering is not yet gone."""
    end = time.monotonic() + seconds
    while server.ready() or server.supervised():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def start_user(home: Path, seconds: float = 60) -> subprocess.Popen[str]:
    program = USER_PROGRAM.format(conf=SMALL)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(postgres.__file__).parents[2],
    )


def test_what_was_written_is_there_after_a_stop_and_a_start(server):
    server.start()
    with psycopg.connect(**server.dsn()) as connection:
        connection.execute("create table kept as select 'Žluť' as word")

    server.release()
    assert gone_within(server, 10)
    server.start()

    assert one(server, "select upper(word) from kept") == "ŽLUŤ"
    assert one(server, "select current_setting('server_version_num')::int / 10000") == 18


def test_a_wrong_password_is_refused_and_secrets_are_private(server):
    server.start()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**{**server.dsn(), "password": "guess"})
    assert (server.place / "superuser.pw").stat().st_mode & 0o777 == 0o600
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700


def test_a_killed_server_comes_back_with_its_data(server):
    server.start()
    with psycopg.connect(**server.dsn()) as connection:
        connection.execute("create table kept as select 7 as n")

    os.kill(postmaster(server), signal.SIGKILL)
    server.start()

    assert one(server, "select n from kept") == 7


def test_a_server_whose_supervisor_was_killed_goes_too_and_can_be_started_again(server):
    server.start()
    killed = parent(postmaster(server))

    os.kill(killed, signal.SIGKILL)
    assert gone_within(server, 10)
    server.start()

    assert parent(postmaster(server)) != killed
    assert one(server, "select 1") == 1


def test_a_pid_file_that_names_a_strangers_process_does_not_stop_a_start(server):
    server.start()
    server.release()
    assert gone_within(server, 10)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n\n")

    server.start()

    assert one(server, "select 1") == 1


def test_the_server_stays_while_it_has_a_user_and_goes_when_the_last_is_killed(server):
    server.start()
    user = start_user(server.home)
    assert user.stdout and user.stdout.readline() == "up\n"

    server.release()
    assert not gone_within(server, 0.5)
    pid = postmaster(server)
    user.kill()
    user.communicate()

    assert gone_within(server, 10)
    assert not alive(pid)


def test_many_starts_at_once_make_one_server(server):
    users = [start_user(server.home, 1.0) for _ in range(4)]

    answers = [user.communicate(timeout=60)[0] for user in users]

    assert answers == ["up\n"] * 4
    assert (server.data / "server.log").read_text().count(
        "database system is ready to accept connections"
    ) == 1


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(place):
    server = EmbeddedPostgres(place / ("long" * 25), conf=SMALL).start()

    assert one(server, "select 1") == 1
    assert server.socket_dir.parent != server.home
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    server.release()
    assert gone_within(server, 10)
    server.socket_dir.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster runs under another account")
def test_under_a_home_closed_to_the_account_the_cluster_goes_where_a_pointer_says(place, monkeypatch):
    closed, outside = place / "closed", place / "outside"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "OUTSIDE", (outside,))

    server = EmbeddedPostgres(closed / "home", conf=SMALL).start()

    assert one(server, "select 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert EmbeddedPostgres(closed / "home").place == server.place
    assert server.place.parent == outside and (server.place / "pgdata" / "PG_VERSION").exists()
    server.release()
    assert gone_within(server, 10)


def test_a_cluster_of_another_major_version_is_refused_in_words(server):
    server.start()
    server.release()
    assert gone_within(server, 10)
    made = server.data / "PG_VERSION"
    right = made.read_text()
    made.write_text("17\n")

    with pytest.raises(PostgresFailed, match="made by PostgreSQL 17"):
        server.start()

    made.write_text(right)


def test_however_many_make_a_secret_at_once_they_agree_on_one(tmp_path):
    path = tmp_path / "key"

    with ThreadPoolExecutor(16) as threads:
        seen = set(threads.map(lambda number: keep_secret(path, f"key {number}"), range(200)))

    assert seen == {path.read_text()}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("gigabytes", "own", "expected"),
    [(0.5, "128MB", "256MB"), (8, "1024MB", "4096MB"), (256, "4096MB", "131072MB")],
)
def test_the_server_takes_an_eighth_of_the_memory_within_bounds(gigabytes, own, expected):
    assert memory_settings(int(gigabytes * 1024**3)) == {
        "shared_buffers": own,
        "effective_cache_size": expected,
    }
    assert memory() > 0
