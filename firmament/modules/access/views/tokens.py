"""API tokens of everybody, as far as the reader may see them."""

from collections.abc import Mapping
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.identity.actions import revoke_token
from firmament.kernel.identity.models import ApiToken
from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.web.bulk import BulkAction
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import SearchFilter, YesNoFilter
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import wants_fragment
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.access.views.tabs import access_tabs


def _joined(row: Mapping[str, Any], value: Any) -> str:
    return ", ".join(value)


TOKENS = ListPage(
    name="access.tokens",
    title=_("API tokens"),
    about=_("Keys of programs. Each does what its maker may at that moment, within its scopes, and no more."),
    counted=lambda n: ngettext("%(n)s token", "%(n)s tokens", n) % {"n": n},
    columns=(
        Column(key="name", label=_("Name"), kind=Kind.TITLE, sort="name"),
        Column(key="maker", label=_("Made by"), path="maker__user__name", sort="maker__user__name"),
        Column(key="scopes", label=_("What it may do"), draw=_joined, export=_joined, priority=2),
        Column(
            key="used", label=_("Last used"), path="last_used_at", kind=Kind.RELATIVE, sort="last_used_at"
        ),
        Column(key="ends", label=_("Ends"), path="expires_at", kind=Kind.DATE, sort="expires_at", priority=2),
        Column(key="revoked", label=_("Revoked"), path="revoked_at", kind=Kind.DATE, sort="revoked_at"),
        Column(key="made", label=_("Made"), path="created_at", kind=Kind.DATE, sort="created_at", priority=3),
    ),
    order="-made",
    filters=(
        SearchFilter(paths=("name", "maker__user__name"), label=_("Search names and people")),
        YesNoFilter(
            key="standing",
            label=_("Revoked or not"),
            path="revoked_at__isnull",
            yes=_("Not revoked"),
            no=_("Revoked"),
        ),
    ),
    bulk=(
        BulkAction(
            key="revoke",
            label=_("Revoke"),
            power=Identity.REVOKE_TOKENS,
            run=revoke_token,
            question=_("Revoke these tokens? Programs that use them are refused at once, for good."),
            done=lambda n: ngettext("%(n)d token revoked", "%(n)d tokens revoked", n) % {"n": n},
            icon="ban",
            danger=True,
        ),
    ),
    export="tokens",
    empty=Empty(
        title=_("No API tokens"),
        text=_("Whoever lets a program in makes a token on their own profile; it stands here then."),
        icon="key",
    ),
    template="access/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Identity.VIEW_TOKENS)
def tokens(request: FirmRequest) -> HttpResponseBase:
    """Every key, of whom, for what, and when it was used."""
    extra = {} if wants_fragment(request) else {"tabs": access_tabs(request, "access:tokens")}
    return list_page(request, TOKENS, ApiToken.objects.visible_to(request.actor), extra)
