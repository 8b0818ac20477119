"""From a file handed in to a request that is complete."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from firmament.kernel.files.limits import Refused
from firmament.kernel.messages.models import Delivery
from firmament.kernel.policies.decide import Denied
from firmament.modules.documents.actions.requests import ItemDraft
from firmament.modules.documents.actions.review import (
    accept_submission,
    reject_submission,
    reopen_item,
    waive_item,
)
from firmament.modules.documents.actions.submissions import submit_file, withdraw_submission
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.tests.factories import EICAR, item_of, make_request, make_submission, pdf


def state(row: DocumentRequest | RequestItem | Submission) -> str:
    row.refresh_from_db()
    return row.state


def test_a_file_waits_for_staff_only_after_the_scan(alice, carla, run_jobs):
    item = item_of(make_request(alice))

    submission = submit_file(carla, item, pdf())
    before = (state(submission), state(item))
    run_jobs()

    assert before == ("checking", "open")
    assert (state(submission), state(item)) == ("pending", "submitted")


def test_a_flagged_file_is_stopped_and_the_client_told(alice, carla, run_jobs):
    item = item_of(make_request(alice))

    submission = submit_file(carla, item, SimpleUploadedFile("notes.txt", EICAR))
    run_jobs()

    assert (state(submission), state(item)) == ("quarantined", "open")
    assert Delivery.objects.filter(wording="documents.file_quarantined").count() == 1
    with pytest.raises(ValidationError):
        reject_submission(alice, submission, reason=" ")
    accept_submission(alice, submission)
    assert state(submission) == "quarantined"


def test_a_program_called_pdf_is_refused_and_nothing_is_lost(alice, carla, run_jobs):
    item = item_of(make_request(alice))
    kept = make_submission(alice, item)

    with pytest.raises(Refused, match="program"), transaction.atomic():
        submit_file(carla, item, SimpleUploadedFile("invoice.pdf", b"MZ\x90\x00" + bytes(300)))

    assert [row.pk for row in item.submissions.all()] == [kept.pk]


def test_a_wrong_kind_is_refused(alice, carla):
    item = item_of(make_request(alice, ItemDraft(title="Ledger", kind="spreadsheet")))

    with pytest.raises(Refused), transaction.atomic():
        submit_file(carla, item, pdf())


def test_more_files_than_allowed_are_refused(alice, carla):
    item = item_of(make_request(alice, ItemDraft(title="Passport", files_allowed=1)))
    submit_file(carla, item, pdf())

    with pytest.raises(ValidationError, match="enough"), transaction.atomic():
        submit_file(carla, item, pdf("second.pdf", b"2"))


def test_accepting_every_item_completes_the_request_and_thanks_the_client(alice, run_jobs, ledger):
    request = make_request(alice)

    for position in (0, 1):
        accept_submission(alice, make_submission(alice, item_of(request, position), name=f"{position}.pdf"))
    run_jobs()

    assert state(request) == "completed"
    assert ledger.codes().count("documents.request_completed") == 1
    assert Delivery.objects.filter(wording="documents.request_completed").count() == 1


def test_a_rejection_carries_its_reason_to_the_client_and_a_new_file_heals_it(alice, carla, run_jobs):
    item = item_of(make_request(alice))
    first = make_submission(alice, item)

    reject_submission(alice, first, reason="The last page is missing")
    run_jobs()
    after_rejection = (state(first), state(item), item.reason)
    second = make_submission(alice, item, name="complete.pdf")

    assert after_rejection == ("rejected", "rejected", "The last page is missing")
    letter = Delivery.objects.get(wording="documents.file_rejected")
    assert letter.context["reason"] == "The last page is missing"
    assert (state(second), state(item)) == ("pending", "submitted")
    assert state(first) == "rejected"


def test_a_rejection_without_words_changes_nothing(alice):
    submission = make_submission(alice, item_of(make_request(alice)))

    with pytest.raises(ValidationError):
        reject_submission(alice, submission, reason="")

    assert state(submission) == "pending"


def test_waiving_the_last_item_completes_the_request(alice):
    request = make_request(alice)
    accept_submission(alice, make_submission(alice, item_of(request)))

    waive_item(alice, item_of(request, 1), reason="No employees this year")

    assert state(request) == "completed"
    assert item_of(request, 1).reason == "No employees this year"


def test_two_files_needed_are_two_files_accepted(alice):
    item = item_of(make_request(alice, ItemDraft(title="Both sides", files_needed=2)))
    accept_submission(alice, make_submission(alice, item, name="front.pdf"))
    half = state(item)

    accept_submission(alice, make_submission(alice, item, name="back.pdf"))

    assert half == "open"
    assert state(item) == "accepted"


def test_of_two_decisions_the_first_wins(alice, bob, ledger):
    submission = make_submission(alice, item_of(make_request(alice)))
    ledger.forget()

    accept_submission(alice, submission)
    reject_submission(bob, submission, reason="Too late")

    assert state(submission) == "accepted"
    assert ledger.codes() == ["documents.submission_accepted"]


def test_an_accepted_item_can_be_asked_for_again_while_the_request_is_open(alice):
    item = item_of(make_request(alice))
    accept_submission(alice, make_submission(alice, item))

    reopen_item(alice, item)

    assert state(item) == "open"


def test_a_client_takes_a_file_back_until_it_is_decided(alice, carla):
    item = item_of(make_request(alice))
    submission = make_submission(alice, item)

    withdraw_submission(carla, submission)

    assert (state(submission), state(item)) == ("withdrawn", "open")
    decided = make_submission(alice, item, name="other.pdf")
    accept_submission(alice, decided)
    with pytest.raises(ValidationError, match="decided"):
        withdraw_submission(carla, decided)


def test_a_client_decides_nothing_and_staff_hand_in_nothing(alice, carla, ledger):
    submission = make_submission(alice, item_of(make_request(alice)))
    ledger.forget()

    with pytest.raises(Denied):
        accept_submission(carla, submission)
    with pytest.raises(Denied):
        submit_file(alice, submission.item, pdf())

    assert ledger.codes() == []
    assert state(submission) == "pending"


def test_the_database_itself_refuses_a_rejection_without_a_reason(alice):
    submission = make_submission(alice, item_of(make_request(alice)))

    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(state="rejected")
