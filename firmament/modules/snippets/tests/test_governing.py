"""From a draft to wording in use, to its replacement, to the archive."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from firmament.kernel.approvals.models import Approval
from firmament.kernel.policies.decide import Denied
from firmament.modules.snippets.actions.governing import (
    activate_snippet,
    archive_snippet,
    ask_approval,
    decide_snippet,
    deprecate_snippet,
    reinstate_snippet,
    unarchive_snippet,
    withdraw_request,
)
from firmament.modules.snippets.actions.writing import change_snippet, restore_version
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import approve, draft_of, make_snippet

FOR_CLIENTS = {"reach": "firm", "contexts": ("email",)}


def test_what_clients_read_is_in_use_only_when_somebody_else_approved_it(ada, alice, ledger):
    snippet = make_snippet(alice, used=False, **FOR_CLIENTS)
    with pytest.raises(ValidationError, match="somebody other than its author"):
        activate_snippet(alice, snippet)

    approval = ask_approval(alice, snippet, note="Please read")
    with pytest.raises(ValidationError, match="Somebody else"), transaction.atomic():
        decide_snippet(alice, snippet, approval, verdict="approve")
    snippet.refresh_from_db()
    assert snippet.state == "in_review"
    decide_snippet(ada, snippet, approval, verdict="approve")

    snippet.refresh_from_db()
    assert (snippet.state, snippet.active_number) == ("active", 1)
    assert ledger.codes()[-3:] == [
        "approvals.approval_asked",
        "approvals.approval_given",
        "snippets.snippet_activated",
    ]


def test_the_database_itself_keeps_unapproved_wording_out_of_use(alice):
    snippet = make_snippet(alice, used=False, **FOR_CLIENTS)

    with pytest.raises(IntegrityError, match="approved"), transaction.atomic():
        Snippet.objects.filter(pk=snippet.pk).update(state="active", active_number=1)


def test_an_approval_is_worth_nothing_for_another_text(ada, alice):
    snippet = make_snippet(alice, "One.", **FOR_CLIENTS)
    change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)

    with pytest.raises(IntegrityError, match="approved"), transaction.atomic():
        Snippet.objects.filter(pk=snippet.pk).update(active_number=2)
    with pytest.raises(ValidationError):
        activate_snippet(alice, snippet)


def test_a_text_that_changed_since_it_was_asked_about_is_not_approved_by_the_answer(ada, alice):
    snippet = make_snippet(alice, "One.", used=False, **FOR_CLIENTS)
    approval = ask_approval(alice, snippet)
    change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)

    with pytest.raises(ValidationError, match="has changed"), transaction.atomic():
        decide_snippet(ada, snippet, approval, verdict="approve")

    snippet.refresh_from_db()
    assert snippet.active_number is None


def test_a_text_that_was_approved_before_comes_back_without_asking_again(ada, alice):
    snippet = make_snippet(alice, "One.", **FOR_CLIENTS)
    snippet = change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)
    approve(ada, snippet, asking=alice)
    restore_version(alice, snippet, number=1)

    activate_snippet(alice, snippet)

    snippet.refresh_from_db()
    assert snippet.active_number == 3


def test_a_refusal_gives_it_back_as_a_draft_and_leaves_what_is_in_use(ada, alice):
    fresh = make_snippet(alice, used=False, **FOR_CLIENTS)
    used = make_snippet(alice, "One.", **FOR_CLIENTS)
    change_snippet(alice, used, draft_of(used, bodies={"en": "Two."}), based_on=1)

    for snippet in (fresh, used):
        approval = ask_approval(alice, snippet)
        decide_snippet(ada, snippet, approval, verdict="reject", comment="Too long")

    fresh.refresh_from_db()
    used.refresh_from_db()
    assert fresh.state == "draft"
    assert (used.state, used.active_number) == ("active", 1)


def test_taking_the_question_back_makes_it_a_draft_again(alice):
    snippet = make_snippet(alice, used=False, **FOR_CLIENTS)
    approval = ask_approval(alice, snippet)

    withdraw_request(alice, snippet, approval)

    snippet.refresh_from_db()
    approval.refresh_from_db()
    assert (snippet.state, approval.state) == ("draft", Approval.State.WITHDRAWN)


def test_there_is_nothing_to_ask_about_what_is_in_use_already(alice):
    with pytest.raises(ValidationError, match="nothing new"):
        ask_approval(alice, make_snippet(alice, **FOR_CLIENTS))


def test_staff_do_not_approve(bob, alice):
    snippet = make_snippet(alice, used=False, **FOR_CLIENTS)
    approval = ask_approval(alice, snippet)

    with pytest.raises(Denied):
        decide_snippet(bob, snippet, approval, verdict="approve")


def test_ones_own_notes_need_nobody(bob):
    snippet = make_snippet(bob, used=False)

    activate_snippet(bob, snippet)

    snippet.refresh_from_db()
    assert snippet.state == "active"


def test_what_was_ones_own_is_out_of_use_when_it_is_to_go_to_clients_in_the_firms_name(bob, ledger):
    snippet = make_snippet(bob, contexts=("email",))

    change_snippet(bob, snippet, draft_of(snippet, reach="firm"), based_on=1)

    snippet.refresh_from_db()
    assert (snippet.state, snippet.active_number) == ("draft", None)
    assert "snippets.snippet_reopened" in ledger.codes()


def test_a_replaced_snippet_names_the_other_and_can_be_offered_again(alice):
    old, new = make_snippet(alice), make_snippet(alice)
    draft = make_snippet(alice, used=False)

    with pytest.raises(ValidationError):
        deprecate_snippet(alice, old, replacement=draft)
    with pytest.raises(ValidationError):
        deprecate_snippet(alice, old, replacement=old)
    deprecate_snippet(alice, old, replacement=new)
    old.refresh_from_db()
    assert (old.state, old.replacement) == ("deprecated", new)
    reinstate_snippet(alice, old)

    old.refresh_from_db()
    assert (old.state, old.replacement) == ("active", None)


def test_the_archive_frees_key_and_shortcut_and_gives_back_what_is_still_free(alice):
    snippet = make_snippet(alice, key="hello", shortcut="hi")
    archive_snippet(alice, snippet)
    other = make_snippet(alice, key="hello", shortcut="hi")

    with pytest.raises(ValidationError, match="already has this"), transaction.atomic():
        unarchive_snippet(alice, snippet)
    archive_snippet(alice, other)
    unarchive_snippet(alice, snippet)

    snippet.refresh_from_db()
    assert snippet.state == "active"


def test_nothing_is_written_in_the_archive(alice):
    snippet = make_snippet(alice)
    archive_snippet(alice, snippet)

    for attempt in (
        lambda: change_snippet(alice, snippet, draft_of(snippet, title="x"), based_on=1),
        lambda: restore_version(alice, snippet, number=1),
        lambda: ask_approval(alice, snippet),
        lambda: activate_snippet(alice, snippet),
    ):
        with pytest.raises(ValidationError, match="archive"):
            attempt()


def test_an_answer_brings_nothing_out_of_the_archive(ada, alice):
    snippet = make_snippet(alice, reach="firm", contexts=("email",), used=False)
    approval = ask_approval(alice, snippet)
    archive_snippet(alice, snippet)

    with pytest.raises(ValidationError, match="archive"):
        decide_snippet(ada, snippet, approval, verdict="approve")
    decide_snippet(ada, snippet, approval, verdict="reject", comment="No longer needed")

    snippet.refresh_from_db()
    assert (snippet.state, snippet.active_number) == ("archived", None)


def test_archiving_twice_is_one_line_in_the_ledger(alice, ledger):
    snippet = make_snippet(alice)
    ledger.forget()

    archive_snippet(alice, snippet)
    archive_snippet(alice, snippet)

    assert ledger.codes() == ["snippets.snippet_archived"]


STATES = [state.value for state in Snippet.State]


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_the_database_refuses_exactly_what_the_states_do(alice, before, after):
    snippet = make_snippet(alice)
    path = {"draft": ["draft"], "in_review": ["draft", "in_review"], "active": []}
    for state in path.get(before, [before]):
        Snippet.objects.filter(pk=snippet.pk).update(state=state)

    allowed = after == before or after in Snippet.TRANSITIONS[before]
    if allowed:
        Snippet.objects.filter(pk=snippet.pk).update(state=after)
        return
    with pytest.raises(IntegrityError, match="does not go from"), transaction.atomic():
        Snippet.objects.filter(pk=snippet.pk).update(state=after)


def test_a_snippet_begins_as_a_draft(alice):
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
        Snippet.objects.create(
            title="x", key="x", owner_id=alice.membership_id, contexts=["note"], state="in_review"
        )
