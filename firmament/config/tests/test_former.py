"""Bookmarks and letters of earlier releases still lead where they led."""

from uuid import uuid4

import pytest
from django.urls import resolve

from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.engagements.tests.factories import make_engagement

ID = "0197b1e4-0000-7000-8000-000000000001"

# Every address that a release had and no release has now: as it was, as it is, and whose page it is.
FORMER = [
    ("clients/engagements/", "engagements/", "engagements:engagement_list"),
    (f"clients/{ID}/engagements/new/", f"engagements/new/{ID}/", "engagements:engagement_create"),
    (f"clients/engagements/{ID}/", f"engagements/{ID}/", "engagements:engagement"),
    (f"clients/engagements/{ID}/edit/", f"engagements/{ID}/edit/", "engagements:engagement_edit"),
    (f"clients/engagements/{ID}/set/start/", f"engagements/{ID}/set/start/", "engagements:engagement_step"),
    (f"clients/engagements/{ID}/discard/", f"engagements/{ID}/discard/", "engagements:engagement_discard"),
    (f"clients/{ID}/portal/", f"grants/of/{ID}/", "grants:access"),
    (f"clients/{ID}/portal/invite/", f"grants/of/{ID}/invite/", "grants:invite"),
    (
        f"clients/invitations/{ID}/resend/",
        f"grants/invitations/{ID}/resend/",
        "grants:invitation_step",
    ),
    (f"clients/grants/{ID}/", f"grants/{ID}/", "grants:edit"),
    (f"clients/grants/{ID}/revoke/", f"grants/{ID}/revoke/", "grants:revoke"),
    ("firms/audit/", "audit/", "audit:trail"),
    (f"firms/audit/{ID}/", f"audit/{ID}/", "audit:entry"),
    ("firms/messages/", "operations/messages/", "operations:messages"),
    (f"firms/messages/{ID}/", f"operations/messages/{ID}/", "operations:message"),
    ("firms/jobs/", "operations/jobs/", "operations:jobs"),
    ("firms/jobs/schedules/", "operations/jobs/schedules/", "operations:schedules"),
    (f"firms/jobs/{ID}/", f"operations/jobs/{ID}/", "operations:job"),
    ("firms/people/roles/", "access/roles/", "access:roles"),
    ("firms/people/walls/", "access/walls/", "access:walls"),
    ("firms/people/walls/new/", "access/walls/new/", "access:wall_new"),
    (f"firms/people/walls/{ID}/lift/", f"access/walls/{ID}/lift/", "access:wall_lift"),
    ("firms/people/why/", "access/why/", "access:why"),
    (f"firms/jobs/{ID}/replay/", f"operations/jobs/{ID}/replay/", "operations:job_step"),
]


@pytest.mark.parametrize(("was", "is_now", "page"), FORMER, ids=[row[0].replace(ID, "ID") for row in FORMER])
def test_a_former_address_leads_for_good_to_the_page_that_took_its_place(
    was: str, is_now: str, page: str, client
) -> None:
    for method in (client.get, client.post):
        answer = method(f"/w/acme/{was}?state=active&q=a%2Fb", follow=False)

        assert answer.status_code == 308, "the method and what was sent go along"
        assert answer["Location"] == f"/w/acme/{is_now}?state=active&q=a%2Fb"
    assert resolve(f"/w/acme/{is_now}").view_name == page


def test_a_bookmark_of_an_engagement_opens_it_for_those_who_may(alice, alice_browser, gina_browser) -> None:
    work = make_engagement(alice, carlas_bakery(), title="Old accounts")
    bookmark = f"/w/acme/clients/engagements/{work.pk}/"

    assert "Old accounts" in alice_browser.get(bookmark, follow=True).content.decode()
    assert gina_browser.get(bookmark, follow=True).status_code == 404
    assert alice_browser.get(f"/w/acme/clients/engagements/{uuid4()}/", follow=True).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/w/acme/clients/{ID}/",
        f"/w/acme/clients/{ID}/contacts/new/",
        "/w/acme/clients/import/",
        "/w/acme/firms/people/",
        "/portal/acme/clients/engagements/",
        "/p/clients/engagements/",
        "/w//evil.example/clients/engagements/",
    ],
)
def test_every_other_address_is_left_alone(address: str, client) -> None:
    assert client.get(address).status_code in (302, 404)
    assert "engagements" not in client.get(address).get("Location", "").partition("next=")[0]
