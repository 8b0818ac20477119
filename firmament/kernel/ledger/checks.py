"""Start-up checks: a regulated table whose changes no event tells of must not wait for its first user, nor a code without words."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from firmament.kernel.ledger import evidence, words


@register()
def check_evidence(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """ledger.E001–E004: see each message."""
    return [Error(sentence, id=code) for code, sentence in evidence.problems()]


@register()
def check_words(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """ledger.E005: see each message."""
    return [Error(sentence, id="ledger.E005") for sentence in words.problems()]
