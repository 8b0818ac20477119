"""Whoever looks as somebody else opens every page of the product and changes nothing by any of them."""

from collections import Counter
from typing import Any

import pytest
from django.urls import get_resolver

from firmament.kernel.ledger.models import Entry
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.web.entrances import Door
from tests.counting import how_much
from tests.walking import pages

assert get_resolver().url_patterns
PAGES = [page for page in pages() if page.in_firm and page.has_example]


def told(response: Any) -> int:
    if response.streaming:
        list(response)
    return int(response.status_code)


@pytest.mark.parametrize("door", [Door.STAFF, Door.PORTAL])
def test_no_page_changes_anything_while_one_looks(door, ada, alice, carla, run_jobs) -> None:
    bob = Membership.objects.get(user__email="bob@acme.example")
    staff = door == Door.STAFF
    urls = {page.name: (page, page.url(alice)) for page in PAGES if page.entrance.door == door}
    browser = browser_of("ada@acme.example")
    person = f"m:{bob.pk}" if staff else f"u:{carla.user_id}"
    browser.post("/w/acme/access/looks/new/", {"person": person, "reason": "To see"})
    before, known = how_much(trail=False), set(Entry.objects.values_list("pk", flat=True))

    ends: Counter[int] = Counter()
    for page, url in urls.values():
        assert told(browser.post(url, {"reason": "x", "name": "x", "step": "run"})) == 403, page.name
        status = told(browser.get(url))
        assert status in (200, 302, 403, 404, 405), page.name
        if page.entrance.personal or page.entrance.recorded_read:
            assert status == 403, page.name
        ends[status] += 1

    print(f"{door}: {ends.total()} pages, {dict(ends)}")
    assert how_much(trail=False) == before
    written = Counter(Entry.objects.exclude(pk__in=known).values_list("code", "user_id"))
    assert {user for _code, user in written} == {ada.user_id}
    assert written["identity.page_seen_as", ada.user_id] == ends[200] > (20 if staff else 3)
    assert {code for code, _user in written} <= {"identity.page_seen_as", "ledger.power_denied"}
