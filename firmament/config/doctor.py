"""Whether this installation is sound: each question answered in a sentence, with what to do where it is not."""

import os
import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections

from firmament.config.database import cluster, holds_demo
from firmament.config.environment import environment
from firmament.config.upgrade import OLDEST_SERVER, pending
from firmament.kernel.files.scanning import ScannerUnavailable, scanner
from firmament.kernel.jobs.health import workers_alive
from firmament.kernel.messages.gateways import SmtpGateway
from firmament.kernel.proof.keeping import SIGNING_KEY
from firmament.kernel.search.health import state_of_meaning, state_of_words
from firmament.kernel.tenancy.catalogue import violations

MAIL_PATIENCE_S = 8
# Sessions, leases and signed links compare our clock with the database's.
SKEW_WARNED_S = 1.0
SKEW_REFUSED_S = 30.0
SPACE_WARNED = 1024**3


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer. Only WRONG makes the exit code differ from 0."""

    subject: str
    verdict: Verdict
    text: str


def examine() -> Iterator[Finding]:
    """All findings, in the order in which one would mend them."""
    for subject, question in QUESTIONS:
        try:
            answers = list(question())
        except DatabaseError as error:
            answers = [(Verdict.WRONG, f"The database does not answer: {str(error).strip().splitlines()[0]}")]
        except OSError as error:
            answers = [(Verdict.WRONG, f"{error.filename or ''} {error.strerror or error}".strip())]
        for verdict, text in answers:
            yield Finding(subject=subject, verdict=verdict, text=text)


Answers = Iterator[tuple[Verdict, str]]


def _settings() -> Answers:
    env = environment()
    yield Verdict.OK, f"Home {env.home}, public address {env.public_url}"
    if not env.is_loopback and not env.is_https:
        yield (
            Verdict.WARNING,
            "The public address is not https; passwords and cookies can be read on their way.",
        )
    if env.is_https and not env.trusted_proxies:
        yield (
            Verdict.WARNING,
            "FIRMAMENT_TRUSTED_PROXIES is empty, so throttles count the proxy in front and not the people behind it.",
        )
    for name in ("secret-key", "roles"):
        kept = env.home / name
        if kept.exists() and kept.stat().st_mode & 0o077:
            yield Verdict.WRONG, f"{kept} can be read by others; chmod 600 it."


def _database() -> Answers:
    env, connection = environment(), connections["default"]
    with connection.cursor() as cursor:
        version = cursor.connection.info.server_version
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        role, mighty = cursor.fetchone()
    place = cluster(env).place if env.uses_embedded_database else "DATABASE_URL"
    verdict = Verdict.OK if version >= OLDEST_SERVER else Verdict.WRONG
    yield verdict, f"PostgreSQL {version // 10000}.{version % 10000} in {place} (18 or newer is needed)"
    if mighty:
        yield Verdict.WRONG, f"The application connects as {role}, which row-level security does not bind."
    else:
        yield Verdict.OK, f"The application connects as {role}, bound by row-level security"
    if not env.is_loopback and holds_demo(connection):
        yield Verdict.WRONG, "It holds the demo firm, and the public address is not this machine."


def _schema() -> Answers:
    missing = len(pending(connections["owner"]))
    if missing:
        yield Verdict.WRONG, f"{missing} migrations are not applied; run `manage.py upgrade`."
    else:
        yield Verdict.OK, "All migrations are applied"


def _law() -> Answers:
    found = violations(connections["owner"])
    for breach in found:
        yield Verdict.WRONG, breach
    if not found:
        yield Verdict.OK, "The tenancy law holds for every table and role"


def _search() -> Answers:
    """Which way of searching is in force, by words and by meaning."""
    yield Verdict.OK, state_of_words(connections["owner"])
    fine, text = state_of_meaning(connections["ops"])
    yield (Verdict.OK if fine else Verdict.WARNING), text


def _completeness() -> Answers:
    """Whether the role that backs up sees every row; `row_security = off` makes a hidden row an error."""
    with connections["ops"].cursor() as cursor:
        cursor.execute("SET row_security = off")
        cursor.execute("SELECT count(*) FROM tenancy_membership")
        cursor.execute("RESET row_security")
    yield Verdict.OK, "The backup role sees every row"


def _storage() -> Answers:
    root = environment().files_root
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, prefix=".doctor-") as probe:
        probe.write(b"written")
        probe.flush()
        os.fsync(probe.fileno())
        if Path(probe.name).read_bytes() != b"written":
            yield Verdict.WRONG, f"{root} does not give back what is written to it."
    free = shutil.disk_usage(root).free
    verdict = Verdict.OK if free > SPACE_WARNED else Verdict.WARNING
    yield verdict, f"Files in {root}, writable, {free / 1024**3:.1f} GiB free"


def _proof() -> Answers:
    """Whether every firm's audit trail can go on being signed, by keys that nobody else can read."""
    root = environment().proof_root
    open_files = [
        path
        for path in (root, *root.rglob("*"))
        if path.exists() and not path.name.endswith(".pub") and path.stat().st_mode & 0o077
    ]
    for path in open_files[:5]:
        yield Verdict.WRONG, f"{path} can be read by others; chmod go= it."
    with connections["ops"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT f.id, f.slug FROM proof_signingkey k JOIN tenancy_firm f ON f.id = k.firm_id ORDER BY f.slug"
        )
        firms = cursor.fetchall()
    lost = [slug for firm_id, slug in firms if not (root / str(firm_id) / SIGNING_KEY).exists()]
    for slug in lost:
        yield (
            Verdict.WRONG,
            f"The key that signs the audit trail of {slug} is not in {root}. Bring the directory back from a backup, or"
            f" run `manage.py rotate_proof_key {slug} --lost`.",
        )
    if not lost and not open_files:
        yield Verdict.OK, f"The audit trails of {len(firms)} firms are signed with keys in {root}"


def _mail() -> Answers:
    if settings.MAIL == "local":
        local = environment().is_loopback
        text = "Mail stays in the mailbox of this installation (FIRMAMENT_MAIL=local)"
        yield (Verdict.OK, text) if local else (Verdict.WARNING, f"{text}; nobody outside will get any.")
        return
    server = SmtpGateway(settings.MAIL)
    kind = smtplib.SMTP_SSL if server.secure else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=MAIL_PATIENCE_S) as session:
            session.ehlo()
        yield Verdict.OK, f"The mail server {server.host}:{server.port} answers"
    except (OSError, smtplib.SMTPException) as error:
        yield Verdict.WRONG, f"The mail server {server.host}:{server.port} does not answer: {error}"


def _scanner() -> Answers:
    if settings.FILES_SCANNER == "local":
        text = "The built-in scanner knows the EICAR test file only (FIRMAMENT_SCANNER=local)"
        yield (Verdict.OK if environment().is_loopback else Verdict.WARNING), text
        return
    try:
        scanner().ping()
        yield Verdict.OK, f"The malware scanner at {settings.FILES_SCANNER} answers"
    except (ScannerUnavailable, OSError) as error:
        yield Verdict.WRONG, f"The malware scanner at {settings.FILES_SCANNER} does not answer: {error}"


def _worker() -> Answers:
    if workers_alive():
        yield Verdict.OK, "A worker is at work"
    else:
        yield Verdict.WARNING, "No worker is running; jobs wait until `manage.py work` does."


def _clock() -> Answers:
    with connections["default"].cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        (theirs,) = cursor.fetchone()
        after = time.time()
    # Their clock was read somewhere between our two looks.
    skew = max(before - theirs, theirs - after, 0.0)
    text = f"Our clock and the database's differ by {skew:.1f} s"
    if skew > SKEW_REFUSED_S:
        yield Verdict.WRONG, f"{text}; set both by NTP."
    else:
        yield (Verdict.WARNING if skew > SKEW_WARNED_S else Verdict.OK), text


QUESTIONS: tuple[tuple[str, Callable[[], Answers]], ...] = (
    ("settings", _settings),
    ("database", _database),
    ("schema", _schema),
    ("law", _law),
    ("search", _search),
    ("backup role", _completeness),
    ("storage", _storage),
    ("proof", _proof),
    ("mail", _mail),
    ("scanner", _scanner),
    ("worker", _worker),
    ("clock", _clock),
)
