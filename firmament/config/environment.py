"""What differs between installations: read from the environment, typed, checked before anything starts.

Names, meanings and defaults are listed for people in `docs/reference/settings.md`; a test compares the two.
"""

import os
import secrets
import shutil
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from firmament.lib.postgres import EmbeddedPostgres
from firmament.lib.secret_files import keep_secret

ROOT = Path(__file__).resolve().parents[2]
ENGINE = "firmament.kernel.tenancy.engine"
DATABASE = "firmament"
# A socket directory that is never there: a connection fails at once instead of reaching somebody else's server.
NOWHERE = "/nonexistent"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ROLE_OF_ALIAS = {"default": "firmament_app", "owner": "firmament_owner", "ops": "firmament_ops"}

Network = IPv4Network | IPv6Network


class SettingsWrong(Exception):
    """What is wrong with the environment, one sentence a line, for the person who set it."""


class Environment(BaseSettings):
    """Every setting; FIRMAMENT_<NAME> in the environment unless an alias says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="FIRMAMENT_", extra="ignore", frozen=True, env_ignore_empty=True, validate_default=False
    )

    home: Path = ROOT / "var"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    bind: str = "127.0.0.1"
    url: str = ""
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    web_processes: Annotated[int, Field(ge=1, le=64)] = 2
    web_threads: Annotated[int, Field(ge=1, le=64)] = 4
    database_url: SecretStr = Field(SecretStr(""), validation_alias="DATABASE_URL")
    app_database_url: SecretStr = SecretStr("")
    ops_database_url: SecretStr = SecretStr("")
    mail: SecretStr = SecretStr("local")
    mail_from: str = ""
    storage: Path | None = None
    proof: Path | None = None
    scanner: str = "local"
    embeddings: str = "minilm"
    embeddings_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    demo: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    privileged: bool = False
    testing: bool = False

    @field_validator("home", "storage", "proof")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().resolve()

    @field_validator("url")
    @classmethod
    def _origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path not in ("", "/")
            or parts.query
        ):
            raise ValueError("must be the public address alone, such as https://desk.example.com")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())

    @field_validator("database_url", "app_database_url", "ops_database_url")
    @classmethod
    def _postgresql(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not from_url(url.get_secret_value())["NAME"]:
            raise ValueError("must name a database: postgresql://user:password@host:5432/firmament")
        return url

    @field_validator("mail")
    @classmethod
    def _mail(cls, mail: SecretStr) -> SecretStr:
        parts = urlsplit(mail.get_secret_value())
        if mail.get_secret_value() != "local" and not (parts.scheme in ("smtp", "smtps") and parts.hostname):
            raise ValueError("must be “local” or smtp://user:password@host:587 (smtps:// for TLS at once)")
        return mail

    @field_validator("scanner")
    @classmethod
    def _scanner(cls, scanner: str) -> str:
        parts = urlsplit(scanner)
        if scanner != "local" and not (parts.scheme == "clamav" and (parts.hostname or parts.path)):
            raise ValueError("must be “local”, clamav://host:3310 or clamav:///path/to/socket")
        return scanner

    @field_validator("embeddings")
    @classmethod
    def _embeddings(cls, wanted: str) -> str:
        parts = urlsplit(wanted)
        address = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if wanted not in ("minilm", "light", "off") and not (address and parts.hostname):
            raise ValueError(
                "must be “minilm”, “light”, “off”, or an address such as https://host/v1/embeddings?model=name "
                "(http only on this machine)"
            )
        return wanted

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.database_url.get_secret_value() and self.ops_database_url.get_secret_value():
            raise ValueError("FIRMAMENT_OPS_DATABASE_URL is set without DATABASE_URL")
        return self

    # The public address

    @property
    def public_url(self) -> str:
        return self.url or f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK

    @property
    def allowed_hosts(self) -> list[str]:
        # Health checks and the metrics reader come over loopback whatever the public name is.
        return [self.host, "127.0.0.1", "localhost", "[::1]", *(["testserver"] if self.testing else [])]

    @property
    def trusted_origins(self) -> list[str]:
        return [self.public_url]

    @property
    def mail_sender(self) -> str:
        """The address that mail comes from."""
        return self.mail_from or f"no-reply@{self.host if not self.is_loopback else 'localhost'}"

    # Places

    @property
    def files_root(self) -> Path:
        return self.storage or self.home / "files"

    @property
    def proof_root(self) -> Path:
        """Keys that sign the audit trail, and what was signed; outside of the database on purpose."""
        return self.proof or self.home / "proof"

    @property
    def uses_embedded_database(self) -> bool:
        return not (self.database_url.get_secret_value() or self.app_database_url.get_secret_value())

    @property
    def databases(self) -> dict[str, dict[str, Any]]:
        """Django's DATABASES: the application's role always, owner and ops only for privileged commands."""
        aliases = ROLE_OF_ALIAS if self.privileged else {"default": ROLE_OF_ALIAS["default"]}
        return {alias: self._database(alias) for alias in aliases}

    def _database(self, alias: str) -> dict[str, Any]:
        place = self._place(alias)
        options: dict[str, Any] = {}
        if alias == "default" and place["HOST"] != NOWHERE:
            # Migrations, on the other aliases, send several statements at once, which no server can bind.
            options = {
                "server_side_binding": True,
                "prepare_threshold": 1,
                "pool": {"min_size": 1, "max_size": max(self.web_threads + 2, 8), "timeout": 10},
            }
        return {"ENGINE": ENGINE, **place, "OPTIONS": {**options, **place.get("OPTIONS", {})}}

    def _place(self, alias: str) -> dict[str, Any]:
        own = {"default": self.app_database_url, "ops": self.ops_database_url}.get(alias, self.database_url)
        if self.uses_embedded_database:
            return self._embedded(ROLE_OF_ALIAS[alias])
        passwords = role_passwords(self.home)
        if alias != "owner" and own.get_secret_value():
            return from_url(own.get_secret_value())
        place = from_url(self.database_url.get_secret_value() or self.app_database_url.get_secret_value())
        if passwords or alias != "owner":
            # `upgrade` made the roles on that server; without them the connection is refused, and `doctor` says why.
            role = ROLE_OF_ALIAS[alias]
            place |= {"USER": role, "PASSWORD": passwords.get(role, "")}
        return place

    def _embedded(self, role: str) -> dict[str, Any]:
        postgres = EmbeddedPostgres(self.home / "postgres")
        place = {"NAME": DATABASE, "USER": role, "PASSWORD": role_passwords(self.home).get(role, "")}
        if not postgres.exists:
            # Settings must load without a database: for makemigrations, for mypy, before the first start.
            return {**place, "HOST": NOWHERE}
        return {**place, "HOST": str(postgres.socket_dir), "PORT": str(postgres.port)}


def from_url(url: str) -> dict[str, Any]:
    """A libpq connection URI as Django's settings; `?host=/path` names a socket directory."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("must begin with postgresql://")
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": query,
    }


def role_passwords(home: Path) -> dict[str, str]:
    """The passwords of the database roles of this home, as far as they have been made."""
    keep = home / "roles"
    if not keep.exists():
        return {}
    return dict(line.split(" ", 1) for line in keep.read_text().splitlines())


def make_role_passwords(home: Path) -> dict[str, str]:
    """The same, made at first; random, for nobody to remember."""
    if not role_passwords(home):
        make_home(home)
        lines = [f"{role} {secrets.token_hex(24)}" for role in ROLE_OF_ALIAS.values()]
        keep_secret(home / "roles", "\n".join(lines))
    return role_passwords(home)


def make_home(home: Path) -> None:
    """The directory of everything this installation keeps; what is secret in it is closed file by file.

    As root it must be passable, because the database runs under another account.
    """
    home.mkdir(mode=0o711, parents=True, exist_ok=True)


def share_metrics(home: Path) -> None:
    """Let the processes of `serve` count into files of one fresh directory, which prometheus_client reads together.

    It looks for the variable when it is imported, so this comes before anything else.
    """
    directory = home / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    make_home(home)
    directory.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def secret_key(given: str, home: Path) -> str:
    """The given key, or one that is made once and kept in the home, readable by its owner alone."""
    if given:
        return given
    keep = home / "secret-key"
    if keep.exists():
        return keep.read_text().strip()
    make_home(home)
    return keep_secret(keep, secrets.token_urlsafe(48)).strip()


@cache
def environment() -> Environment:
    """The environment of this process, read once; raises SettingsWrong."""
    try:
        found = Environment()
        key = secret_key(found.secret_key.get_secret_value(), found.home)
    except ValidationError as error:
        raise SettingsWrong("\n".join(_sentence(dict(fault)) for fault in error.errors())) from None
    except OSError as error:
        raise SettingsWrong(f"FIRMAMENT_HOME: {error.filename}: {error.strerror}") from None
    return found.model_copy(update={"secret_key": SecretStr(key)})


def _sentence(fault: dict[str, Any]) -> str:
    """One fault as a sentence. The value is left out: it may be a password."""
    where = str(fault["loc"][0]) if fault["loc"] else ""
    name = where if where.isupper() else f"FIRMAMENT_{where.upper()}"
    said = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {said}" if where else said
