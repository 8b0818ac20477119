"""The overview: every number is the rows behind it, in the reader's days."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import OuterRef

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.tenancy.models import Membership
from firmament.lib import instant
from firmament.lib.periods import period_of
from firmament.modules.documents.actions.requests import cancel_request, send_request
from firmament.modules.documents.actions.review import accept_submission, reopen_item
from firmament.modules.documents.actions.submissions import withdraw_submission
from firmament.modules.documents.models import DocumentRequest, ItemTimes, RequestItem, Submission
from firmament.modules.documents.reports import overview as reports
from firmament.modules.documents.tests.factories import carla_actor, item_of, make_request, make_submission

URL = "/w/acme/documents/overview/"
BERLIN = ZoneInfo("Europe/Berlin")


def period(kind="30", today=None):
    return period_of(kind, today=today or instant.today("Europe/Berlin"), zone=BERLIN, first=None, last=None)


def numbers(actor, kind="30"):
    chosen = period(kind)
    return {key: figure.value for key, figure in reports.totals(reports.flow(actor, chosen), chosen).items()}


def at(request, when):
    DocumentRequest.objects.filter(pk=request.pk).update(sent_at=when)


def test_with_nothing_asked_there_are_zeros_and_no_median(alice):
    assert numbers(alice) == {"asked": 0, "handed_in": 0, "accepted": 0, "median": None}


def test_documents_are_counted_when_they_were_asked_for_and_handed_in(alice, carla):
    request = make_request(alice)
    at(request, instant.now() - timedelta(days=4))
    item = item_of(request)
    make_submission(carla, item)
    make_submission(carla, item, name="again.pdf")

    count = RequestItem.objects.filter(request=request).count()
    found = numbers(alice)
    assert (found["asked"], found["handed_in"], found["accepted"]) == (count, 1, 0)
    assert found["median"] == pytest.approx(4, abs=0.01)


def test_what_was_taken_back_was_not_handed_in(alice, carla):
    submission = make_submission(carla, item_of(make_request(alice)))
    Submission.objects.filter(pk=submission.pk).update(state=Submission.State.WITHDRAWN)

    assert numbers(alice)["handed_in"] == 0


def test_the_first_file_counts_until_it_is_taken_back_and_then_the_next(alice, carla):
    item = item_of(make_request(alice))
    first, second = (make_submission(carla, item, name=name) for name in ("a.pdf", "b.pdf"))
    Submission.objects.filter(pk=first.pk).update(created_at=instant.now() - timedelta(days=2))
    times = ItemTimes.objects.get(item=item)
    assert times.handed_in_at == instant.now() - timedelta(days=2)

    withdraw_submission(carla_actor(alice.firm_id), first)

    times.refresh_from_db()
    assert times.handed_in_at == second.created_at


def test_a_document_counts_from_the_moment_its_request_is_sent_and_as_accepted_while_it_is(alice, carla):
    request = make_request(alice, sent=False)
    assert not ItemTimes.objects.filter(item__request=request).exists()

    send_request(alice, request)
    submission = make_submission(carla, item_of(request))
    accept_submission(alice, submission)

    assert numbers(alice)["accepted"] == 1
    reopen_item(alice, item_of(request))
    assert numbers(alice) | {"median": 0} == {"asked": 2, "handed_in": 1, "accepted": 0, "median": 0}


def test_what_the_triggers_keep_is_what_counting_finds(alice, carla):
    for name in ("a.pdf", "b.pdf"):
        make_submission(carla, item_of(make_request(alice)), name=name)
    kept = set(ItemTimes.objects.values_list("item_id", "sent_at", "handed_in_at"))

    handed_in = Submission.objects.exclude(state__in=["withdrawn", "quarantined"])
    found = RequestItem.objects.filter(request__sent_at__isnull=False).values_list(
        "pk",
        "request__sent_at",
        handed_in.filter(item=OuterRef("pk")).order_by("created_at").values("created_at")[:1],
    )

    assert kept == set(found)
    assert len(kept) >= 4


def test_a_draft_that_was_given_up_was_never_the_clients_to_see(alice, carla):
    request = make_request(alice, sent=False)
    cancel_request(alice, request, reason="Asked by phone.")

    assert not DocumentRequest.objects.visible_to(carla).filter(pk=request.pk).exists()


def test_a_moment_before_midnight_belongs_to_the_readers_day(alice):
    request = make_request(alice)
    # 00:30 on the 29th in Berlin, still the 28th in UTC.
    at(request, datetime(2026, 3, 28, 23, 30, tzinfo=UTC))

    chosen = period("7", today=date(2026, 3, 31))
    found = reports.documents_over_time(reports.flow(alice, chosen), chosen)

    asked = dict(zip(found.labels, found.lines[0].values, strict=True))
    assert [label for label, value in asked.items() if value] == ["Mar 29"]


def test_a_figure_leads_to_as_many_requests_as_it_was_counted_from(alice, carla, alice_browser):
    request = make_request(alice)
    make_request(alice)
    make_submission(carla, item_of(request))

    page = alice_browser.get(URL).content.decode()
    link = next(u for u in re.findall(r'href="([^"]+)" class="stat', page) if "handed_from" in u)
    rows = alice_browser.get(link.replace("&amp;", "&")).content.decode()

    assert "1 request" in rows
    assert "Handed in" in rows
    assert str(request.pk) in rows


def test_late_requests_stand_by_client_and_lead_to_them(alice, alice_browser):
    request = make_request(alice)
    DocumentRequest.objects.filter(pk=request.pk).update(
        due_on=instant.today("Europe/Berlin") - timedelta(days=3)
    )

    found = reports.late_by_client(alice, period())
    rows = alice_browser.get(found.lines[0].urls[0]).content.decode()

    assert found.lines[0].values == (1,)
    assert reports.late_finding(found) == f"{request.client.name} is late"
    assert "1 request" in rows
    assert request.client.name in rows


def test_a_wall_stands_before_the_overview_too(alice, bob):
    request = make_request(alice)
    before = numbers(bob)["asked"]
    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        client_id=request.client_id,
        reason="A conflict of interest.",
    )

    assert before > 0
    assert numbers(bob)["asked"] == 0


def test_the_file_says_what_the_table_says(alice, carla, alice_browser, ledger):
    make_submission(carla, item_of(make_request(alice)))
    page = alice_browser.get(f"{URL}?period=7").content.decode()
    table = page[page.index('id="tile-course"') :].partition("</table>")[0]
    shown = [
        [label, *re.findall(r'data-value="([^"]*)"', cells)]
        for label, cells in re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+).*?</th>(.*?)</tr>', table)
    ]

    ledger.forget()
    answer = alice_browser.post(f"{URL}?period=7", {"export": "course"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert rows[0] == ["Day", "Asked for", "Handed in", "Accepted"]
    assert rows[1:] == shown
    assert len(shown) == 7
    assert ledger.codes() == ["web.list_exported"]


def test_the_page_costs_the_same_for_one_and_for_twenty_and_no_more_than_eight(alice, alice_browser, queries):
    make_request(alice)
    with queries() as one:
        alice_browser.get(URL)
    for _ in range(19):
        make_request(alice)

    with queries() as twenty:
        alice_browser.get(URL)

    assert twenty.count == one.count <= 8, "\n".join(s[:160] for s in twenty.statements)
