"""The firm's logo, as bytes that can do nothing but be looked at."""

from uuid import UUID

from django.http import Http404, HttpResponse

from firmament.kernel.files.pictures import picture_of
from firmament.kernel.files.storage import MissingBytes
from firmament.kernel.tenancy.models import FirmProfile

# No script, no origin of its own, whatever a browser might make of the bytes.
SEALED = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def logo_answer(pk: UUID) -> HttpResponse:
    """The picture with this id, if it is the firm's logo now and its scan found it clean; 404 otherwise.

    It is half a megabyte at most, so it is not streamed. The id is new with each picture: a browser may keep it.
    """
    if not FirmProfile.objects.filter(logo_id=pk).exists():
        raise Http404
    try:
        picture = picture_of(pk)
    except MissingBytes as error:
        raise Http404 from error
    if picture is None:
        raise Http404
    return HttpResponse(
        picture.content,
        content_type=picture.media_type,
        headers={
            "Content-Security-Policy": SEALED,
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=86400, immutable",
        },
    )
