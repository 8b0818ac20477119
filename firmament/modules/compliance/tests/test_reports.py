"""Reports: by the firm's clock and once, as their maker sees it, kept unchanged, opened only by whoever may."""

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from firmament.kernel.files.models import StoredFile
from firmament.kernel.files.storage import storage
from firmament.kernel.jobs.models import JobRun, Schedule
from firmament.kernel.jobs.schedule import tick_firm
from firmament.kernel.messages.models import Delivery
from firmament.kernel.policies.actions import assign_role, raise_wall, revoke_role
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.compliance import boards_for, every_board
from firmament.lib.instant import at
from firmament.lib.tests.test_paper import pictures_in
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.compliance.actions import change_order, request_due, request_report, stop_order
from firmament.modules.compliance.models import ComplianceReport, ReportOrder, ReportRecipient
from firmament.modules.compliance.tests.factories import make_order, make_report
from firmament.modules.firms.tests.factories import make_logo

HERE = "/w/acme/compliance/reports/"
EVERYTHING = [board.key for board in every_board()]


def member(key):
    return Membership.objects.select_related("user").get(user__email=f"{key}@acme.example")


def content(file: StoredFile) -> bytes:
    with storage().open(file.firm_id, file.blob.sha256) as stored:
        return stored.read()


def words(pdf: bytes) -> str:
    found = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", found.replace("\u200b", ""))


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def by_the_clock(moment: datetime, run_jobs) -> None:
    with at(moment):
        tick_firm()
        run_jobs()


def test_paper_and_table_say_what_the_boards_say(alice, ada):
    assign_role(ada, member("bob"), Role.objects.get(code="manager"))
    report = make_report(alice, boards=EVERYTHING, covers="week", title="=1+1 #panic() *bold*")

    paper, lines = words(content(report.pdf)), table(content(report.csv))
    assert [one["key"] for one in report.figures["boards"]] == [board.key for board in boards_for(alice)]
    assert "=1+1 #panic() *bold*" in paper and "Alice Partner" in paper
    for section in report.figures["boards"]:
        assert section["title"] in paper
        for one in section["figures"]:
            assert one["label"] in paper
            mine = [line for line in lines if line[:2] == [section["title"], one["label"]]]
            if one["kind"] == "number":
                value = one["value"]
                assert [line[4] for line in mine] == ["" if value is None else str(value)]
            assert len(mine) == len(one["rows"]) * max(len(one["columns"]) - 1, 0) + (one["kind"] == "number")
            for row in one["rows"]:
                assert one["kind"] == "chart" or all(str(cell) in paper for cell in row if cell)
    assert report.pdf_sha256 == hashlib.sha256(content(report.pdf)).hexdigest()
    assert report.csv_sha256 == hashlib.sha256(content(report.csv)).hexdigest()


def test_the_paper_bears_the_firms_logo(alice, ada):
    before = make_report(alice, boards=["access"])
    make_logo()
    after = make_report(alice, boards=["access"])

    assert pictures_in(content(before.pdf)) == 0
    assert pictures_in(content(after.pdf)) == 1


def test_no_cell_of_the_table_runs(alice, ada):
    make_client(ada, name='=HYPERLINK("http://evil.example")')
    report = make_report(alice, boards=["access"])

    cells = [cell for line in table(content(report.csv)) for cell in line]
    assert '\'=HYPERLINK("http://evil.example")' in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert '=HYPERLINK("http://evil.example")' in words(content(report.pdf))


def test_nobody_changes_or_deletes_a_report(alice):
    report = make_report(alice)

    for change in (
        lambda: ComplianceReport.objects.filter(pk=report.pk).update(title="Another"),
        lambda: ComplianceReport.objects.filter(pk=report.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ComplianceReport.objects.get(pk=report.pk).title == report.title


def test_it_comes_by_the_firms_clock_once_also_over_the_change_of_the_clocks(alice, acme, run_jobs):
    """Berlin sets its clocks back on Sunday, 25 October 2026 at three: 05:15 is 03:15 before and 04:15 after."""
    with at(datetime(2026, 10, 22, 9, tzinfo=UTC)):
        tick_firm()
        order = make_order(alice, rhythm="week", covers="week")
        run_jobs()
    assert order.next_on == date(2026, 10, 26)

    by_the_clock(datetime(2026, 10, 25, 4, 20, tzinfo=UTC), run_jobs)
    assert not ComplianceReport.objects.exists()
    by_the_clock(datetime(2026, 10, 26, 4, 14, tzinfo=UTC), run_jobs)
    assert not ComplianceReport.objects.exists()
    for _again in range(3):
        by_the_clock(datetime(2026, 10, 26, 4, 16, tzinfo=UTC), run_jobs)

    report = ComplianceReport.objects.get()
    assert (report.first_on, report.last_on) == (date(2026, 10, 19), date(2026, 10, 25))
    assert report.due_on == date(2026, 10, 26) and report.made_as == member("alice")
    order.refresh_from_db()
    assert order.next_on == date(2026, 11, 2)
    schedule = Schedule.objects.get(code="compliance.ask_for_due_reports")
    assert schedule.next_run_at == datetime(2026, 10, 27, 4, 15, tzinfo=UTC)


def test_what_was_missed_is_made_up_once(alice, run_jobs):
    with at(datetime(2026, 1, 5, 9, tzinfo=UTC)):
        tick_firm()
        order = make_order(alice, rhythm="month", covers="quarter")
        run_jobs()

    for hour in (9, 10):
        by_the_clock(datetime(2026, 5, 17, hour, tzinfo=UTC), run_jobs)
    by_the_clock(datetime(2026, 5, 18, 9, tzinfo=UTC), run_jobs)

    report = ComplianceReport.objects.get()
    assert report.due_on == date(2026, 5, 1)
    assert (report.first_on, report.last_on) == (date(2026, 1, 1), date(2026, 3, 31))
    order.refresh_from_db()
    assert order.next_on == date(2026, 6, 1)


def test_what_the_queue_does_twice_is_done_once(alice, run_jobs):
    report = make_report(alice)
    JobRun.objects.filter(code="compliance.make_report").update(state="queued", finished_at=None, attempt=0)
    run_jobs()

    assert ComplianceReport.objects.get() == report


def test_an_order_ends_with_the_power_of_whoever_gave_it(alice, ada, run_jobs, ledger):
    with at(datetime(2026, 10, 22, 9, tzinfo=UTC)):
        tick_firm()
        order = make_order(alice, rhythm="week", covers="week")
    revoke_role(ada, member("alice"), Role.objects.get(code="partner"))

    by_the_clock(datetime(2026, 10, 26, 9, tzinfo=UTC), run_jobs)

    order.refresh_from_db()
    assert not ComplianceReport.objects.exists()
    assert order.stopped_at is not None and order.stopped_why
    assert "compliance.report_order_stopped" in ledger.codes()
    by_the_clock(datetime(2026, 11, 2, 9, tzinfo=UTC), run_jobs)
    assert ledger.codes().count("compliance.report_requested") == 1


def test_a_board_that_its_maker_may_not_see_any_more_is_said_to_be_missing(alice, ada, run_jobs):
    order = make_order(alice, boards=["powers", "access"])
    role = Role.objects.create(code="reporters", name="Reporters")
    for power in ("compliance.view", "compliance.order_reports", "policies.view_audience"):
        RolePower.objects.create(role=role, power=power)
    RoleAssignment.objects.create(membership=member("alice"), role=role)
    revoke_role(ada, member("alice"), Role.objects.get(code="partner"))

    request_report(alice, order)
    run_jobs()

    report = ComplianceReport.objects.get()
    assert [one["key"] for one in report.figures["boards"]] == ["access"]
    assert report.figures["left_out"] == ["Changes of power"]
    assert "may not see: Changes of power." in words(content(report.pdf))


def test_recipients_get_a_link_and_only_those_who_may(alice, ada, run_jobs):
    with pytest.raises(ValidationError):
        make_order(alice, recipient_ids=[member("bob").pk])
    order = make_order(alice, rhythm="once", recipient_ids=[member("alice").pk, member("ada").pk])
    run_jobs()

    report = ComplianceReport.objects.get(order=order)
    letters = Delivery.objects.filter(wording="compliance.report_ready")
    assert {one.recipient_email for one in letters} == {"alice@acme.example", "ada@acme.example"}
    assert all(f"/compliance/reports/{report.pk}/" in one.context["link"] for one in letters)


def test_each_download_is_written_down(alice, alice_browser, ledger):
    report = make_report(alice)
    page = alice_browser.get(f"{HERE}{report.pk}/").content.decode()
    assert report.pdf_sha256 in page and report.csv_sha256 in page
    ledger.forget()

    for form in ("pdf", "csv"):
        answer = alice_browser.get(f"{HERE}{report.pk}/{form}/")
        got = alice_browser.get(answer.headers["Location"])
        data = b"".join(got.streaming_content) if got.streaming else got.content
        assert hashlib.sha256(data).hexdigest() == getattr(report, f"{form}_sha256")
    assert ledger.codes() == ["files.file_downloaded"] * 2
    assert alice_browser.get(f"{HERE}{report.pk}/exe/").status_code == 404


def test_it_is_closed_to_whoever_a_wall_keeps_from_anything(alice, ada, alice_browser):
    report = make_report(ada, boards=["access"])
    assert "closed to you" not in alice_browser.get(f"{HERE}{report.pk}/").content.decode()
    raise_wall(ada, membership=member("alice"), client_id=make_client(ada).pk, reason="Sister")

    page = alice_browser.get(f"{HERE}{report.pk}/").content.decode()
    assert "closed to you" in page and "Clients that most people can see" not in page
    assert alice_browser.get(f"{HERE}{report.pk}/pdf/").headers["Location"].endswith(f"/{report.pk}/")
    mine = make_report(alice, boards=["access"])
    assert "closed to you" not in alice_browser.get(f"{HERE}{mine.pk}/").content.decode()


def test_only_whoever_may_orders_has_made_and_stops(alice, bob, bob_browser, ledger):
    order = make_order(alice)
    ledger.forget()

    for act in (
        lambda: make_order(bob),
        lambda: request_report(bob, order),
        lambda: stop_order(bob, order),
        lambda: request_due(bob),
    ):
        with pytest.raises(Denied):
            act()
    assert ledger.codes() == [] and ReportOrder.objects.standing().count() == 1
    report = make_report(alice)
    for path in (f"{report.pk}/", f"{report.pk}/pdf/", "order/"):
        assert bob_browser.get(f"{HERE}{path}").status_code == 403


def test_what_makes_no_sense_is_refused(alice):
    for given in (
        {"boards": []},
        {"boards": ["nothing"]},
        {"title": "  "},
        {"rhythm": "hourly"},
        {"covers": "year"},
    ):
        with pytest.raises(ValidationError):
            make_order(alice, **given)
    assert not ReportOrder.objects.exists()


def test_ordering_making_and_stopping_on_the_page(alice_browser, run_jobs, queries):
    given = {"title": "To the board", "boards": ["powers"], "rhythm": "once", "covers": "month"}
    assert alice_browser.post(f"{HERE}order/", {**given, "boards": []}).status_code == 422
    assert alice_browser.post(f"{HERE}order/", {**given, "recipients": [member("ada").pk]}).status_code == 303
    run_jobs()
    assert alice_browser.post(f"{HERE}order/", {**given, "rhythm": "month"}).status_code == 303
    order = ReportOrder.objects.get(rhythm="month")
    assert alice_browser.post(f"{HERE}orders/{order.pk}/make/").status_code == 303
    assert "Making the report" in alice_browser.get(HERE).content.decode()
    run_jobs()
    with queries() as one:
        page = alice_browser.get(HERE).content.decode()
    assert page.count("To the board:") == 2

    for _more in range(5):
        alice_browser.post(f"{HERE}order/", {**given, "rhythm": "week"})
        alice_browser.post(f"{HERE}orders/{order.pk}/make/")
    run_jobs()
    alice_browser.get(HERE)
    with queries() as many:
        alice_browser.get(HERE)
    assert many.count == one.count <= 14
    assert alice_browser.post(f"{HERE}orders/{order.pk}/stop/").status_code == 303
    assert alice_browser.post(f"{HERE}orders/{order.pk}/make/").status_code == 404


def test_an_order_is_changed_from_the_next_one_on_and_shows_what_whoever_changed_it_sees(
    alice, ada, alice_browser, ledger, run_jobs
):
    with at(datetime(2031, 3, 12, 9, tzinfo=UTC)):
        tick_firm()
        order = make_order(ada, recipient_ids=[member("ada").pk])
        page = f"{HERE}orders/{order.pk}/change/"
        shown = alice_browser.get(page).content.decode()
        told = [str(member("alice").pk)]
        given = {"title": "Each week", "boards": ["proof"], "covers": "week", "recipients": told}
        once = alice_browser.post(page, {**given, "rhythm": "once"})
        nothing = alice_browser.post(page, {**given, "boards": [], "rhythm": "week"})
        untouched = ReportOrder.objects.get().title
        done = alice_browser.post(page, {**given, "rhythm": "week"})

    order.refresh_from_db()
    recipients = ReportRecipient.objects.filter(order=order).values_list("membership", flat=True)
    assert 'value="Monthly report"' in shown and 'value="once"' not in shown
    assert (once.status_code, nothing.status_code, done.status_code) == (422, 422, 303)
    assert untouched == "Monthly report"
    assert (order.title, order.boards, order.rhythm, str(order.next_on)) == (
        "Each week",
        ["proof"],
        "week",
        "2031-03-17",
    )
    assert list(recipients) == [member("alice").pk]
    entry = ledger.entries()[-1]
    assert entry.code == "compliance.report_order_changed"
    assert entry.payload["ordered_by_before_id"] == str(member("ada").pk)

    by_the_clock(datetime(2031, 3, 17, 9, tzinfo=UTC), run_jobs)
    made = ComplianceReport.objects.get()
    assert (made.title, made.made_as_id) == ("Each week", member("alice").pk)
    assert [one["key"] for one in made.figures["boards"]] == ["proof"]


def test_what_is_made_once_or_was_stopped_is_not_changed(alice):
    given = {"title": "x", "boards": ["powers"], "rhythm": "month", "covers": "month"}
    once = make_report(alice).order
    with pytest.raises(ValidationError, match="Stop it"):
        change_order(alice, once, **given)
    stopped = make_order(alice)
    stop_order(alice, stopped)
    stopped.refresh_from_db()

    with pytest.raises(ValidationError, match="stopped"):
        change_order(alice, stopped, **given)
