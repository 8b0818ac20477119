"""Start-up checks of how people sign in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

ENGINE = "firmament.kernel.identity.sessions"


@register()
def check_identity(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """identity.E001–E002: see each message."""
    found: list[CheckMessage] = []
    if settings.SESSION_ENGINE != ENGINE:
        found.append(
            Error("Sessions are kept elsewhere, so people could not see or end theirs.", id="identity.E001")
        )
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        found.append(
            Error(
                "The cache is one process's own, so each process would allow its own number of guesses.",
                hint="Use django.core.cache.backends.db.DatabaseCache.",
                id="identity.E002",
            )
        )
    return found
