"""Start-up checks: a regulated table whose changes no event tells of must not wait for its first user."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from firmament.kernel.ledger import evidence


@register()
def check_evidence(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """ledger.E001–E004: see each message."""
    return [Error(sentence, id=code) for code, sentence in evidence.problems()]
