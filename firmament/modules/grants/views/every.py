"""Everybody's portal access, for every client, in one list."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.policies.actions import revoke_portal
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.web.bulk import BulkAction
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import DateFilter, SearchFilter, YesNoFilter
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.grants.views.grants import titles


def _in_words(row: Mapping[str, Any], value: Any) -> str:
    return ", ".join(titles(value))


EVERY = ListPage(
    name="grants.grants",
    title=_("Who uses the portal"),
    about=_("Which people of which client may use the portal, for what, and until when."),
    counted=lambda n: ngettext("%(n)s grant", "%(n)s grants", n) % {"n": n},
    columns=(
        Column(
            key="person",
            label=_("Person"),
            path="user__name",
            kind=Kind.TITLE,
            sort="user__name",
            sub="user__email",
        ),
        Column(key="client", label=_("Client"), path="client_name", sort="client_name"),
        Column(key="scopes", label=_("What they may do"), draw=_in_words, export=_in_words, priority=2),
        Column(key="ends", label=_("Ends"), path="expires_at", kind=Kind.DATE, sort="expires_at"),
        Column(
            key="taken",
            label=_("Taken back"),
            path="revoked_at",
            kind=Kind.DATE,
            sort="revoked_at",
            priority=2,
        ),
        Column(
            key="since", label=_("Since"), path="created_at", kind=Kind.DATE, sort="created_at", priority=3
        ),
    ),
    order="person",
    filters=(
        SearchFilter(paths=("user__name", "user__email"), label=_("Search people")),
        YesNoFilter(
            key="standing",
            label=_("Taken back or not"),
            path="revoked_at__isnull",
            yes=_("Not taken back"),
            no=_("Taken back"),
        ),
        DateFilter(key="ends", label=_("Ends"), path="expires_at", instants=True),
    ),
    row_name="user__name",
    bulk=(
        BulkAction(
            key="revoke",
            label=_("Take back"),
            power=Can.MANAGE_PORTAL,
            run=revoke_portal,
            question=_(
                "Shut these people out? They can no longer use the portal for these clients, at once."
            ),
            done=lambda n: ngettext("%(n)d grant taken back", "%(n)d grants taken back", n) % {"n": n},
            icon="ban",
            danger=True,
        ),
    ),
    export="portal-access",
    empty=Empty(
        title=_("Nobody uses the portal yet"),
        text=_("Open a client and invite somebody under “Portal access”."),
        icon="key",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_PORTAL)
def every(request: FirmRequest) -> HttpResponseBase:
    """All of it, as far as no wall keeps the reader from a client."""
    client: Any = apps.get_model("clients.Client")
    names = client.objects.visible_to(request.actor).filter(pk=OuterRef("client_id")).values("name")
    rows = PortalGrant.objects.visible_to(request.actor).annotate(client_name=Subquery(names[:1]))
    return list_page(request, EVERY, rows)
