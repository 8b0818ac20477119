"""Asking: what a request is before and after it is sent."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.identity.actions import invite
from firmament.kernel.messages.models import Delivery
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at
from firmament.modules.clients.actions.archive import bin_client, restore_client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.documents.actions.requests import (
    ItemDraft,
    cancel_request,
    change_request,
    draft_request,
    send_request,
)
from firmament.modules.documents.jobs import remind_of_due_requests
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission
from firmament.modules.engagements.tests.factories import make_engagement

DUE = date(2026, 6, 30)


def test_a_client_sees_nothing_of_a_draft(alice, carla):
    request = make_request(alice, sent=False)

    assert request in DocumentRequest.objects.visible_to(alice)
    assert request not in DocumentRequest.objects.visible_to(carla)


def test_sending_writes_one_letter_to_whoever_may_hand_in(alice, carla, run_jobs):
    request = make_request(alice)
    run_jobs()

    letter = Delivery.objects.get(wording="documents.request_sent")
    assert letter.recipient_email == "carla@client.example"
    assert request in DocumentRequest.objects.visible_to(carla)


def test_sending_twice_is_one_line_and_one_letter(alice, ledger, run_jobs):
    request = make_request(alice, sent=False)
    ledger.forget()

    send_request(alice, request)
    send_request(alice, request)
    run_jobs()

    assert ledger.codes().count("documents.request_sent") == 1
    assert Delivery.objects.filter(wording="documents.request_sent").count() == 1


def test_an_empty_request_cannot_be_sent(alice):
    request = draft_request(alice, carlas_bakery().pk, title="Nothing", due_on=DUE, items=())

    with pytest.raises(ValidationError, match="at least one document"):
        send_request(alice, request)

    request.refresh_from_db()
    assert request.state == "draft"


def test_the_list_cannot_be_rewritten_once_the_client_has_it(alice):
    request = make_request(alice)

    with pytest.raises(ValidationError, match="cannot be changed"):
        change_request(
            alice, request, title="x", due_on=DUE, note="", remind=True, items=[ItemDraft(title="Passport")]
        )

    assert list(request.items.values_list("title", flat=True)) == ["Bank statements", "Payroll journal"]


def test_a_later_due_date_is_recorded_with_before_and_after(alice, ledger):
    request = make_request(alice, due_on=DUE)

    change_request(alice, request, title=request.title, due_on=date(2026, 7, 15), note="", remind=True)

    entry = ledger.entries()[-1]
    assert entry.code == "documents.request_changed"


def test_an_engagement_of_another_client_is_refused(alice):
    other = make_engagement(alice, make_client(alice))

    with pytest.raises(ValidationError, match="no such engagement"):
        draft_request(alice, carlas_bakery().pk, title="Papers", due_on=DUE, items=(), engagement_id=other.pk)


def test_canceling_needs_a_reason_and_ends_everything(alice, carla):
    request = make_request(alice)

    with pytest.raises(ValidationError, match="Say why"):
        cancel_request(alice, request, reason="  ")
    cancel_request(alice, request, reason="The client sent them by post")

    request.refresh_from_db()
    assert (request.state, request.cancel_reason) == ("canceled", "The client sent them by post")


def test_a_client_can_neither_ask_nor_cancel(alice, carla, ledger):
    request = make_request(alice)
    ledger.forget()

    with pytest.raises(Denied):
        draft_request(carla, carlas_bakery().pk, title="x", due_on=DUE, items=())
    with pytest.raises(Denied):
        cancel_request(carla, request, reason="No")

    assert ledger.codes() == []


def test_an_ethical_wall_hides_the_client_with_all_its_requests(alice, bob):
    request = make_request(alice)
    assert request in DocumentRequest.objects.visible_to(bob)

    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        client_id=request.client_id,
        reason="Bob’s sister works there",
    )

    assert request not in DocumentRequest.objects.visible_to(bob)
    with pytest.raises(Denied):
        cancel_request(bob, request, reason="x")


@pytest.mark.parametrize("days", [-3, 0, 3, 7, 14])
def test_a_client_is_reminded_once_per_occasion(alice, run_jobs, days):
    request = make_request(alice, due_on=DUE)
    run_jobs()
    morning = datetime(2026, 6, 30, 7, tzinfo=UTC).replace(day=30)

    with at(datetime.fromordinal(morning.toordinal() + days).replace(hour=7, tzinfo=UTC)):
        remind_of_due_requests()
        remind_of_due_requests()
        run_jobs()

    assert Delivery.objects.filter(wording="documents.request_reminder").count() == 1
    assert request.reminders.get().days_after_due == days


def test_between_the_occasions_nobody_is_reminded(alice, run_jobs):
    make_request(alice, due_on=DUE)

    with at(datetime(2026, 7, 1, 7, tzinfo=UTC)):
        remind_of_due_requests()
        run_jobs()

    assert not Delivery.objects.filter(wording="documents.request_reminder").exists()


def test_reminders_stop_when_everything_is_in(alice, run_jobs):
    request = make_request(alice, ItemDraft(title="Passport"), due_on=DUE)
    make_submission(alice, item_of(request))
    cancel_request(alice, request, reason="Done by post")

    with at(datetime(2026, 6, 30, 7, tzinfo=UTC)):
        remind_of_due_requests()
        run_jobs()

    assert not Delivery.objects.filter(wording="documents.request_reminder").exists()


def test_somebody_who_is_only_invited_gets_the_letter_with_their_own_way_in(alice, run_jobs):
    client = make_client(alice, name="New Client")
    invite(
        alice,
        email="nina@new.example",
        name="Nina New",
        domain="client",
        client_id=client.pk,
        scopes=[Scope.DOCUMENTS_LIST, Scope.DOCUMENTS_UPLOAD],
    )

    make_request(alice, client=client)
    run_jobs()

    letter = Delivery.objects.get(wording="documents.request_sent")
    assert letter.recipient_email == "nina@new.example"
    assert letter.context["link"]["$secret"] == "identity.invitation_link"
    assert "/accounts/invitation/" not in letter.text


def test_a_client_in_the_bin_takes_its_requests_out_of_sight_and_brings_them_back(alice, carla):
    request = make_request(alice)

    bin_client(alice, request.client)
    hidden = [DocumentRequest.objects.visible_to(actor).exists() for actor in (alice, carla)]
    restore_client(alice, request.client)

    assert hidden == [False, False]
    assert DocumentRequest.objects.visible_to(carla).exists()
