"""Which snippet a shortcut means."""

from firmament.kernel.policies.actions import add_to_team, create_team
from firmament.kernel.tenancy.models import Membership
from firmament.modules.insertions.reports.picking import fitting_snippets
from firmament.modules.snippets.actions.governing import archive_snippet, deprecate_snippet
from firmament.modules.snippets.actions.sharing import share_snippet
from firmament.modules.snippets.tests.factories import make_snippet


def meant(actor, shortcut):
    return [card.id for card in fitting_snippets(actor, shortcut, channel="note")]


def test_ones_own_comes_before_what_is_shared_before_the_teams_before_the_firms(ada, alice, bob):
    member = Membership.objects.get(pk=bob.membership_id)
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, member)
    wide = make_snippet(alice, shortcut="so", reach="firm")
    teams = make_snippet(bob, shortcut="so", reach="team", team_id=team.pk)
    shared = make_snippet(alice, shortcut="so")
    share_snippet(alice, shared, member, level="use")
    own = make_snippet(bob, shortcut="so")

    assert meant(bob, "so") == [own.pk, shared.pk, teams.pk, wide.pk]
    for snippet, theirs in ((own, bob), (shared, alice), (teams, bob), (wide, ada)):
        archive_snippet(theirs, snippet)
    assert meant(bob, "so") == []


def test_a_shortcut_inserts_only_what_is_in_use(alice):
    make_snippet(alice, key="later", shortcut="la", used=False)

    assert meant(alice, "la") == []


def test_nobody_reaches_another_persons_own_by_its_shortcut(alice, bob):
    make_snippet(alice, key="mine", shortcut="mi")

    assert meant(bob, "mi") == []


def test_the_shortcut_of_what_was_replaced_finds_what_took_its_place_however_often(alice, bob):
    first, second, third = (
        make_snippet(alice, title=name, shortcut=short, reach="firm")
        for name, short in (("First", "fi"), ("Second", ""), ("Third", ""))
    )
    deprecate_snippet(alice, first, replacement=second)
    second.refresh_from_db()
    deprecate_snippet(alice, second, replacement=third)

    found = fitting_snippets(bob, "fi", channel="note")

    assert [(card.title, card.instead_of) for card in found][:1] == [("Third", "First")]


def test_what_took_the_place_is_offered_only_to_whom_has_both(alice, bob):
    old = make_snippet(alice, shortcut="fi", reach="firm")
    deprecate_snippet(alice, old, replacement=make_snippet(alice, title="Alice’s own"))

    assert fitting_snippets(bob, "fi", channel="note") == []
