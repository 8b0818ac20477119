"""Teams: made, filled, renamed, archived, brought back; and what being in one gives."""

from firmament.kernel.policies.actions import archive_team
from firmament.kernel.policies.models import Team, TeamMember
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.weighing import saved
from firmament.kernel.web.view_actions import edit_view, remove_view, save_view
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.firms.tests.factories import make_team

FIRMS = "/w/acme/firms/people/"
WALLS = "/w/acme/access/walls/"


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def told(answer) -> str:
    return answer.content.decode()


def test_teams_are_made_filled_and_emptied(alice_browser, ledger):
    taken = {"name": "Audit"}
    alice_browser.post(f"{FIRMS}teams/", taken)
    team = Team.objects.get(name="Audit")

    saved(alice_browser, f"{FIRMS}teams/{team.pk}/", {"member": bob().pk})
    inside = told(alice_browser.get(f"{FIRMS}teams/"))
    saved(alice_browser, f"{FIRMS}teams/{team.pk}/{bob().pk}/leave/")
    again = alice_browser.post(f"{FIRMS}teams/", taken)

    assert "Bob Staff" in inside
    assert not TeamMember.objects.exists()
    assert again.status_code == 422
    assert "already a team of this name" in told(again)
    assert ledger.codes() == [
        "policies.team_created",
        "policies.team_member_added",
        "policies.team_member_removed",
    ]


def shared_view(actor, team, title: str = "Late ones"):
    view = save_view(actor, list_name="clients.clients", title=title, query="")
    edit_view(actor, view, title=title, sharing="teams", team_ids=[team.pk])
    return view


def test_a_team_says_what_its_people_have_through_it_and_whoever_joins_is_told_of(alice, alice_browser):
    team = make_team(alice)
    shared_view(alice, team)
    shared_view(alice, team, "Early ones")
    remove_view(alice, shared_view(alice, team, "Thrown away"))

    before = told(alice_browser.get(f"{FIRMS}teams/{team.pk}/"))
    bobs = told(saved(alice_browser, f"{FIRMS}teams/{team.pk}/", {"member": bob().pk}, follow=True))
    own = told(saved(alice_browser, f"{FIRMS}teams/{team.pk}/", {"member": alice.membership_id}, follow=True))

    assert "no longer get 2 saved views by it" in before
    assert "Bob Staff is in the team, and gets 2 saved views by it." in bobs
    assert "Alice Partner is in the team." in own, "the views were hers before"


def test_the_trail_of_a_team_names_who_came(ada):
    team = make_team(ada, bob())

    page = told(browser_of("ada@acme.example").get(f"{FIRMS}teams/{team.pk}/"))

    assert "put Bob Staff in the team" in page


def test_a_team_is_renamed_archived_and_brought_back(alice, alice_browser, ledger):
    team, other = make_team(alice, bob()), make_team(alice)
    here = f"{FIRMS}teams/{team.pk}/"
    ledger.forget()

    taken = alice_browser.post(f"{here}rename/", {"name": other.name})
    alice_browser.post(f"{here}rename/", {"name": "Tax"})
    archived = told(alice_browser.post(f"{here}archive/", follow=True))
    refused = saved(alice_browser, here, {"member": alice.membership_id})
    listed = told(alice_browser.get(f"{FIRMS}teams/"))
    back = told(alice_browser.post(f"{here}restore/", follow=True))

    assert taken.status_code == refused.status_code == 422
    assert "already a team of this name" in told(taken)
    assert f"{here}restore/" in archived, "the toast takes it back"
    assert "Archived" in archived
    assert "This team is archived" in told(refused)
    assert "Archived" in listed
    assert "The team Tax is back." in back
    assert ledger.codes() == ["policies.team_renamed", "policies.team_archived", "policies.team_restored"]


def test_a_team_behind_a_wall_is_not_archived_and_says_so(ada, alice, alice_browser):
    team = make_team(ada)
    wall = f"{WALLS}new/?kind=clients.client&subject={carlas_bakery().pk}"
    saved(alice_browser, wall, {"team": team.pk, "reason": "x"})

    refused = told(alice_browser.post(f"{FIRMS}teams/{team.pk}/archive/", follow=True))

    assert "An ethical wall stands against this team. Lift it first." in refused
    assert "Carla’s Bakery" in refused
    assert Team.objects.standing().filter(pk=team.pk).exists()


def test_an_archived_team_is_offered_nowhere(alice, alice_browser):
    team = archive_team(alice, make_team(alice, bob()))

    wall = told(alice_browser.get(f"{WALLS}new/?kind=clients.client&subject={carlas_bakery().pk}"))
    person = told(alice_browser.get(f"{FIRMS}{bob().pk}/"))

    assert team.name not in wall
    assert f"{FIRMS}teams/{team.pk}/" not in person


def test_staff_see_teams_and_change_none(alice, bob_browser):
    team = make_team(alice)

    answers = [
        bob_browser.post(f"{FIRMS}teams/", {"name": "Mine"}),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/", {"member": bob().pk}),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/{bob().pk}/leave/"),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/rename/", {"name": "Mine"}),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/archive/"),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/restore/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert Team.objects.standing().get().name == team.name
    assert (Team.objects.count(), TeamMember.objects.count()) == (1, 0)
    assert bob_browser.get(f"{FIRMS}teams/").status_code == 200
