"""The one address from which files leave."""

from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firmament.kernel.files.actions import note_download
from firmament.kernel.files.delivery import INLINE, BadLink, Ticket, read_ticket, redeem
from firmament.kernel.files.models import StoredFile
from firmament.kernel.files.naming import disposition
from firmament.kernel.files.ranges import Pieces, Unsatisfiable, wanted
from firmament.kernel.files.storage import MissingBytes, storage
from firmament.kernel.ledger.kernel_events import PowerDenied
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction

# A document that can do nothing: no script, no form, no plug-in, no origin of its own.
_SEALED = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
# A browser's own PDF viewer does not start in a sandbox; it runs apart from our origin.
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


@require_safe
def deliver(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stream the file of a signed link. Whatever is wrong with it, there is no such page.

    The transaction ends before the first byte leaves: a slow reader must not hold one.
    """
    try:
        ticket = read_ticket(token)
        ranged = _range_header(request)
        first_byte = not ranged or ranged.startswith("bytes=0-")
        opened, stored = _open(request, ticket, record_it=request.method == "GET" and first_byte)
    except BadLink as error:
        raise Http404 from error
    return _answer(request, ticket, stored, opened, ranged)


def _open(request: HttpRequest, ticket: Ticket, *, record_it: bool) -> tuple[BinaryIO, StoredFile]:
    if not Firm.objects.filter(pk=ticket.firm_id).exclude(state=Firm.State.CANCELED).exists():
        raise BadLink
    user_id: UUID | None = request.user.pk if request.user.is_authenticated else None
    try:
        with firm_transaction(ticket.firm_id):
            actor, stored, subject = redeem(ticket, user_id=user_id)
            assert stored.blob is not None  # a constraint of the table
            opened = storage().open(ticket.firm_id, stored.blob.sha256)
            if record_it:
                note_download(actor, stored, power=ticket.power, subject=subject)
    except MissingBytes as error:
        raise BadLink from error
    except Denied as denied:
        _note_denied(ticket, denied, request.path)
        raise BadLink from denied
    return opened, stored


def _note_denied(ticket: Ticket, denied: Denied, path: str) -> None:
    """After the rollback, in a transaction of its own; the path without the link's secret."""
    if not denied.sensitive:
        return
    with firm_transaction(ticket.firm_id):
        actor = Actor(
            domain=Domain(ticket.domain),
            firm_id=ticket.firm_id,
            user_id=ticket.user_id,
            membership_id=ticket.membership_id,
            token_id=ticket.token_id,
        )
        record(actor, PowerDenied(power=denied.power, rule=denied.rule_id, path=path.rsplit("/", 1)[0]))


def _range_header(request: HttpRequest) -> str:
    # Without our validator in If-Range a part could be joined to one of other bytes; ours never change.
    return "" if request.headers.get("If-Range") else request.headers.get("Range", "")


def _answer(
    request: HttpRequest, ticket: Ticket, stored: StoredFile, opened: BinaryIO, ranged: str
) -> HttpResponseBase:
    try:
        part = wanted(ranged, stored.size)
    except Unsatisfiable:
        opened.close()
        return _dressed(
            HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"}), ticket, stored
        )
    first, last = part or (0, stored.size - 1)
    body: Iterator[bytes]
    if request.method == "HEAD":
        opened.close()
        body = iter(())
    else:
        body = Pieces(opened, first, last)
    response = StreamingHttpResponse(body, status=206 if part else 200)
    response.headers["Content-Length"] = str(last - first + 1)
    if part:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    return _dressed(response, ticket, stored)


def _dressed(response: HttpResponseBase, ticket: Ticket, stored: StoredFile) -> HttpResponseBase:
    inline = ticket.inline and stored.media_type in INLINE
    # An encoding that we name cannot be guessed: text in UTF-7 is no script then.
    text = stored.media_type.startswith("text/") or stored.media_type == "message/rfc822"
    headers = {
        "Content-Type": f"{stored.media_type}; charset=utf-8" if text else stored.media_type,
        "Content-Disposition": disposition(stored.name, inline=inline),
        "Content-Security-Policy": _PDF if inline and stored.media_type == "application/pdf" else _SEALED,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
    }
    for name, value in headers.items():
        response.headers[name] = value
    return response
