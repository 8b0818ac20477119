"""What differs between installations: read from the environment, typed, checked before anything starts."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from firmament.lib.postgres import EmbeddedPostgres, write_secret

ENGINE = "firmament.kernel.tenancy.engine"
DATABASE = "firmament"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ROLE_OF_ALIAS = {"default": "firmament_app", "owner": "firmament_owner", "ops": "firmament_ops"}


class Environment(BaseSettings):
    """Every setting, with its name in the environment as FIRMAMENT_<NAME> unless given otherwise."""

    model_config = SettingsConfigDict(env_prefix="FIRMAMENT_", extra="ignore", frozen=True)

    home: Path = Path("var")
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    url: str = ""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    database_url: SecretStr = Field(SecretStr(""), validation_alias="DATABASE_URL")
    app_database_url: SecretStr = SecretStr("")
    ops_database_url: SecretStr = SecretStr("")
    mail: SecretStr = SecretStr("local")
    mail_from: str = "Firmament <no-reply@localhost>"
    storage: str = ""
    scanner: str = "local"
    secret_key: SecretStr = SecretStr("")
    demo: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    privileged: bool = False
    testing: bool = False

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value

    @property
    def public_url(self) -> str:
        return (self.url or f"http://127.0.0.1:{self.port}").rstrip("/")

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
        return [self.host, *LOOPBACK[:2], "[::1]", *(["testserver"] if self.testing else [])]

    @property
    def trusted_origins(self) -> list[str]:
        return [self.public_url]

    @property
    def databases(self) -> dict[str, dict[str, Any]]:
        """Django's DATABASES: the application's role always, owner and ops only for privileged commands."""
        aliases = ROLE_OF_ALIAS if self.privileged else {"default": ROLE_OF_ALIAS["default"]}
        return {alias: self._database(alias) for alias in aliases}

    def _database(self, alias: str) -> dict[str, Any]:
        given = {"default": self.app_database_url, "owner": self.database_url, "ops": self.ops_database_url}[alias]
        place = from_url(given.get_secret_value()) if given.get_secret_value() else self._embedded(alias)
        options: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 1}
        if alias == "default":
            options["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
        else:
            # Migrations send several statements at once, which the server cannot bind.
            options = {}
        return {
            "ENGINE": ENGINE,
            "OPTIONS": {**options, **place.pop("OPTIONS", {})},
            "CONN_HEALTH_CHECKS": alias != "default",
            **place,
        }

    def _embedded(self, alias: str) -> dict[str, Any]:
        role = ROLE_OF_ALIAS[alias]
        postgres = EmbeddedPostgres(self.home / "postgres")
        place = {"NAME": DATABASE, "USER": role, "PASSWORD": role_passwords(self.home).get(role, "")}
        if not postgres.exists:
            return {**place, "HOST": "/nonexistent"}
        return {**place, "HOST": str(postgres.socket_dir), "PORT": str(postgres.port)}


def from_url(url: str) -> dict[str, Any]:
    """A libpq connection URI as Django's settings; `?host=/path` names a socket directory."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("A database URL begins with postgresql://")
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
        home.mkdir(parents=True, exist_ok=True)
        write_secret(
            home / "roles", "\n".join(f"{role} {secrets.token_hex(24)}" for role in ROLE_OF_ALIAS.values())
        )
    return role_passwords(home)


def secret_key(given: str, home: Path) -> str:
    """The given key, or one that is made once and kept in the home, readable by its owner alone."""
    if given:
        return given
    keep = home / "secret-key"
    if not keep.exists():
        home.mkdir(parents=True, exist_ok=True)
        write_secret(keep, secrets.token_urlsafe(48))
    return keep.read_text().strip()


@cache
def environment() -> Environment:
    """The environment of this process, read once."""
    found = Environment()
    return found.model_copy(
        update={
            "secret_key": SecretStr(secret_key(found.secret_key.get_secret_value(), found.home)),
            "storage": found.storage or str(found.home / "files"),
            "privileged": found.privileged or os.environ.get("FIRMAMENT_PRIVILEGED") == "1",
        }
    )
