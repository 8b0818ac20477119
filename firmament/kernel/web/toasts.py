"""Short words about what was just done, with a way back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from firmament.ui.shell import Toast, Tone

_SESSION = "toasts"
MAX = 5


def toast(request: HttpRequest, text: str, undo_url: str | None = None, *, tone: Tone = "success") -> None:
    """Say it on the page that follows, be that a fragment or the page after a redirect.

    `undo_url` takes a POST. Tones: success, info, warning, danger. Kept in the session, which is written outside
    the firm's transaction: a toast about something rolled back would be a lie, so say it last.
    """
    waiting = request.session.get(_SESSION, [])
    request.session[_SESSION] = [*waiting, [str(text), tone, undo_url or ""]][-MAX:]


def say_refusal(request: HttpRequest, refused: ValidationError) -> None:
    """Say why an action did nothing."""
    for message in refused.messages:
        toast(request, str(message), tone="warning")


def carry_out(
    request: HttpRequest, act: Callable[[], object], said: Callable[[], str], undo_url: str | None = None
) -> bool:
    """Do it and say so, or say why it was refused; whether it went through. `said` is asked afterwards."""
    try:
        act()
    except ValidationError as refused:
        say_refusal(request, refused)
        return False
    toast(request, said(), undo_url)
    return True


def take_toasts(request: HttpRequest) -> tuple[Toast, ...]:
    """What is to be said now; each is said once."""
    if not request.session.get(_SESSION):
        return ()
    return tuple(
        Toast(text=text, tone=cast(Tone, tone), undo_url=undo_url)
        for text, tone, undo_url in request.session.pop(_SESSION)
    )


@contextmanager
def unsaid(request: HttpRequest) -> Iterator[None]:
    """Whatever is drawn inside is shown to nobody: what waits to be said still waits afterwards."""
    waiting = request.session.get(_SESSION)
    try:
        yield
    finally:
        if waiting != request.session.get(_SESSION):
            request.session[_SESSION] = waiting or []
