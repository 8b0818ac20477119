"""Shared wording finds a new owner when its own has left; what nobody else has stays theirs."""

from firmament.kernel.identity.actions import deactivate_membership
from firmament.kernel.tenancy.models import Membership
from firmament.modules.snippets.actions.sharing import share_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet

FIRM, PRIVATE = Snippet.Reach.FIRM, Snippet.Reach.PRIVATE


def member(actor):
    return Membership.objects.get(pk=actor.membership_id)


def owners():
    mine = Snippet.objects.filter(key__in=["gratitude", "lent", "own"])
    return dict(mine.values_list("key", "owner__user__name"))


def test_what_others_have_follows_to_whoever_takes_over(ada, alice, bob, run_jobs):
    make_snippet(bob, "We thank you.", key="gratitude", reach=FIRM)
    lent = make_snippet(bob, "My way to say it.", key="lent", reach=PRIVATE)
    share_snippet(bob, lent, member(ada), level="use")
    make_snippet(bob, "Only mine.", key="own", reach=PRIVATE)

    deactivate_membership(ada, member(bob), reassign_to=member(alice))
    run_jobs()

    assert owners() == {"gratitude": "Alice Partner", "lent": "Alice Partner", "own": "Bob Staff"}


def test_an_heir_keeps_their_own_text_of_the_same_key(ada, alice, bob, run_jobs):
    mine = make_snippet(alice, "As I say it.", key="bye", reach=PRIVATE)
    lent = make_snippet(bob, "As I say it too.", key="bye", reach=PRIVATE)
    share_snippet(bob, lent, member(ada), level="use")

    deactivate_membership(ada, member(bob), reassign_to=member(alice))
    run_jobs()

    mine.refresh_from_db()
    lent.refresh_from_db()
    assert (mine.owner_id, lent.owner_id) == (alice.membership_id, bob.membership_id)


def test_without_an_heir_it_stays_and_those_who_look_after_the_library_can_change_it(
    ada, alice, bob, run_jobs
):
    make_snippet(bob, "We thank you.", key="gratitude", reach=FIRM)

    deactivate_membership(ada, member(bob))
    run_jobs()

    assert owners() == {"gratitude": "Bob Staff"}


def test_a_new_owner_stands_in_the_activity(ada, alice, bob, run_jobs, alice_browser):
    snippet = make_snippet(bob, "We thank you.", key="gratitude", reach=FIRM)

    deactivate_membership(ada, member(bob), reassign_to=member(alice))
    run_jobs()

    page = alice_browser.get(f"/w/acme/snippets/{snippet.pk}/").content.decode()
    assert "<dt>Owner</dt>" in page
    assert "<ins>Alice Partner</ins>" in page
