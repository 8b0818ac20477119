"""The frame around the account's own pages, which belong to no firm."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from firmament.kernel.identity.models import User
from firmament.ui.shell import Brand, Face, PersonBadge, Shell, Theme, Toast

NOTICES = "account_notices"


def notice(request: HttpRequest, text: str) -> None:
    """Say it on the next of the account's own pages."""
    request.session[NOTICES] = [*request.session.get(NOTICES, []), str(text)][-3:]


def account_shell(request: HttpRequest, *, firm: str = "") -> Shell:
    """The public face, with the firm's name where the visitor holds an invitation of it."""
    user = request.user if isinstance(request.user, User) else None
    return Shell(
        face=Face.PUBLIC,
        brand=Brand(name=firm, own=True) if firm else Brand(),
        person=PersonBadge(name=user.name, email=user.email) if user else None,
        toasts=tuple(Toast(text=text) for text in _take_notices(request)),
        sign_out_url=reverse("account_logout") if user else "",
        theme=cast(Theme, user.theme) if user else "auto",
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
        timezone=user.timezone if user else "UTC",
    )


def _take_notices(request: HttpRequest) -> list[str]:
    if not request.session.get(NOTICES):
        return []
    taken: list[str] = request.session.pop(NOTICES)
    return taken
