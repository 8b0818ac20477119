"""Who has which wording, and what they may do to it."""

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.policies.actions import add_to_team, create_team
from firmament.kernel.policies.decide import Denied, allows
from firmament.kernel.tenancy.models import Membership
from firmament.modules.snippets.actions.governing import ask_approval, decide_snippet
from firmament.modules.snippets.actions.sharing import share_snippet, unshare_snippet
from firmament.modules.snippets.actions.writing import change_snippet
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetInclude, SnippetVersion
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.tests.factories import draft_of, make_snippet


def seen(actor):
    return {row.title for row in Snippet.objects.visible_to(actor)}


def member_of(actor):
    return Membership.objects.get(pk=actor.membership_id)


def test_a_private_snippet_is_seen_by_its_owner_alone_not_even_by_the_administrator(ada, alice, bob):
    snippet = make_snippet(bob, title="Bob’s own")

    assert "Bob’s own" in seen(bob)
    assert "Bob’s own" not in seen(alice) | seen(ada)
    assert not allows(alice, Can.MANAGE, snippet)
    assert not SnippetVersion.objects.visible_to(alice).filter(subject=snippet).exists()


def test_a_teams_snippet_is_seen_by_the_team(ada, alice, bob):
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, member_of(bob))
    make_snippet(bob, title="For Tax", reach="team", team_id=team.pk)

    assert "For Tax" in seen(bob)
    assert "For Tax" not in seen(alice)


def test_nobody_writes_for_a_team_they_are_not_in(ada, bob):
    team = create_team(ada, name="Tax")

    with pytest.raises(ValidationError, match="your own teams"):
        make_snippet(bob, reach="team", team_id=team.pk)


def test_what_is_shared_by_name_may_be_used_and_not_changed(alice, bob, ledger):
    snippet = make_snippet(alice, title="For Bob")
    ledger.forget()

    share_snippet(alice, snippet, member_of(bob), level="use")

    assert ledger.codes() == ["snippets.snippet_shared"]
    assert allows(bob, Can.USE, snippet)
    with pytest.raises(Denied):
        change_snippet(bob, snippet, draft_of(snippet, title="x"), based_on=1)


def test_an_editor_changes_it_and_shares_nothing_more_once_it_is_taken_back(alice, bob):
    snippet = make_snippet(alice, title="For Bob")
    share_snippet(alice, snippet, member_of(bob), level="edit")

    change_snippet(bob, snippet, draft_of(snippet, title="By Bob"), based_on=1)
    unshare_snippet(alice, SnippetGrant.objects.get(snippet=snippet))

    assert "By Bob" not in seen(bob)
    assert not allows(bob, Can.EDIT, snippet)


def test_an_approver_by_name_approves_this_one_and_no_other(alice, bob):
    mine = make_snippet(alice, used=False, reach="firm", contexts=("email",))
    other = make_snippet(alice, used=False, reach="firm", contexts=("email",))
    share_snippet(alice, mine, member_of(bob), level="approve")

    decide_snippet(bob, mine, ask_approval(alice, mine), verdict="approve")

    mine.refresh_from_db()
    assert mine.state == "active"
    with pytest.raises(Denied):
        decide_snippet(bob, other, ask_approval(alice, other), verdict="approve")


def test_a_private_snippet_goes_to_no_team_behind_the_approvers_back(ada, alice):
    team = create_team(ada, name="Tax")
    snippet = make_snippet(alice, contexts=("email",))

    with pytest.raises(ValidationError, match="person by person"):
        share_snippet(alice, snippet, team, level="use")

    shared = make_snippet(alice, reach="firm")
    share_snippet(alice, shared, team, level="edit")
    with pytest.raises(ValidationError, match="shared with a team"):
        change_snippet(alice, shared, draft_of(shared, reach="private"), based_on=1)


def test_sharing_twice_is_one_share_and_one_line(alice, bob, ledger):
    snippet = make_snippet(alice)
    ledger.forget()

    share_snippet(alice, snippet, member_of(bob), level="use")
    share_snippet(alice, snippet, member_of(bob), level="use")

    assert ledger.codes() == ["snippets.snippet_shared"]


def test_nobody_shares_what_is_not_theirs(alice, bob):
    snippet = make_snippet(alice)
    share_snippet(alice, snippet, member_of(bob), level="use")

    with pytest.raises(Denied):
        share_snippet(bob, snippet, member_of(bob), level="edit")


def test_all_that_hangs_on_a_snippet_is_hidden_with_it(alice, bob):
    inner = make_snippet(alice, key="inner")
    outer = make_snippet(alice, "{% snippet 'inner' %}", tags=("secret",))

    for model in (SnippetVersion, SnippetInclude, SnippetGrant):
        assert not model.objects.visible_to(bob).filter(**{_path(model): outer}).exists()
    assert SnippetInclude.objects.visible_to(alice).filter(snippet=outer, included=inner).exists()


def _path(model):
    return "subject" if model is SnippetVersion else "snippet"


def test_clients_see_none_of_it(carla):
    assert seen(carla) == set()
