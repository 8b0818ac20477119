"""Addresses of earlier releases, which stand in bookmarks and letters and keep leading where they led.

Only the words of the path are changed and nothing is looked up, so that the answer says no more of a firm or of an id
than the address already did; whether there is something, and who may see it, the new address answers.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

# What stood under /w/<firm>/, and where it stands now.
MOVED = (
    (r"clients/engagements/", r"engagements/"),
    (rf"clients/{_ID}/engagements/new/", r"engagements/new/\1/"),
    (rf"clients/{_ID}/portal/", r"grants/of/\1/"),
    (r"clients/grants/", r"grants/"),
    (r"clients/invitations/", r"grants/invitations/"),
    (r"firms/audit/", r"audit/"),
    (r"firms/jobs/", r"operations/jobs/"),
    (r"firms/people/roles/", r"access/roles/"),
    (r"firms/people/walls/", r"access/walls/"),
    (r"firms/people/why/", r"access/why/"),
    (r"firms/messages/", r"operations/messages/"),
)
_PLACE = re.compile(r"(?P<start>/w/[-a-zA-Z0-9_]+/)(?P<rest>.*)")
_MOVED = tuple((re.compile(before), after) for before, after in MOVED)


class FormerAddressMiddleware:
    """Sends a former address on to the one that took its place, for good, with its method and its query (308)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = request.get_full_path()
        moved = address_now(address)
        if moved != address:
            return HttpResponsePermanentRedirect(moved, preserve_request=True)
        return self.get_response(request)


def address_now(address: str) -> str:
    """The address as it is called now; itself, where it never had another name."""
    place = _PLACE.match(address)
    if place is None:
        return address
    for before, after in _MOVED:
        if found := before.match(place["rest"]):
            return place["start"] + found.expand(after) + place["rest"][found.end() :]
    return address
