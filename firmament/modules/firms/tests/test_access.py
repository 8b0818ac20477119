"""Why somebody can or cannot; walls, teams, and the matrix of roles."""

from firmament.kernel.policies.models import Team, TeamMember, Wall
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_team, make_wall

FIRMS = "/w/acme/firms/people/"
WHY = f"{FIRMS}why/"


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def told(answer) -> str:
    return answer.content.decode()


def question(**further: object) -> dict[str, object]:
    return {"person": f"m:{bob().pk}", "power": "clients.view", **further}


def test_a_wall_is_named_as_the_reason_with_what_would_change_it(ada, alice_browser, ledger):
    make_wall(ada, bob())
    ledger.forget()

    page = told(alice_browser.get(WHY, question(kind="clients.client", subject=carlas_bakery().pk)))

    assert "No: Bob Staff cannot do this" in page
    assert "No ethical wall stands between Bob Staff and it" in page
    assert "wall" in page.partition("clients.view/wall")[0]
    assert ledger.codes() == ["policies.explanation_asked"]
    payload = ledger.entries()[0].payload
    assert (payload["power"], payload["verdict"]) == ("clients.view", False)
    assert payload["object_id"] == str(carlas_bakery().pk)


def test_without_the_wall_the_same_question_says_yes_and_by_which_role(alice_browser):
    page = told(alice_browser.get(WHY, question(kind="clients.client", subject=carlas_bakery().pk)))

    assert "Yes: Bob Staff can do this" in page
    assert "(Staff)" in page


def test_one_match_is_taken_and_several_are_offered(alice, alice_browser, ledger):
    make_client(alice, name="Carla’s Other Shop")
    ledger.forget()

    one = told(alice_browser.get(WHY, question(q="Bakery")))
    several = told(alice_browser.get(WHY, question(q="Carla")))

    assert "Yes: Bob Staff" in one
    assert "Which one?" in several
    assert "Carla’s Other Shop" in several
    assert ledger.codes() == ["policies.explanation_asked"]


def test_a_power_over_nothing_in_particular_is_answered_at_once(alice_browser):
    page = told(alice_browser.get(WHY, {"person": f"m:{bob().pk}", "power": "audit.export"}))

    assert "No: Bob Staff cannot do this" in page
    assert "had the role" in page


def test_a_clients_person_can_be_asked_about(alice_browser, carla):
    page = told(
        alice_browser.get(
            WHY,
            {"person": f"u:{carla.user_id}", "power": "clients.view", "subject": carlas_bakery().pk},
        )
    )

    assert "Yes: Carla Client can do this" in page


def test_who_stands_behind_a_wall_cannot_ask_about_its_client(ada, alice, alice_browser, ledger):
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))
    ledger.forget()

    page = told(alice_browser.get(WHY, question(subject=carlas_bakery().pk)))

    assert "Carla’s Bakery" not in page
    assert ledger.codes() == []


def test_people_of_another_firm_cannot_be_asked_about(alice_browser, in_firm, globex, ledger):
    with in_firm(globex):
        stranger = Membership.objects.order_by("pk").first()
    assert stranger is not None

    page = told(alice_browser.get(WHY, {"person": f"m:{stranger.pk}", "power": "audit.view"}))

    assert "cannot do this" not in page
    assert ledger.codes() == []


def test_nonsense_in_the_address_is_no_question(alice_browser, ledger):
    for bad in ("m:x", "u:", "x", "\x00", f"q:{bob().pk}"):
        answer = alice_browser.get(WHY, {"person": bad, "power": "no.such", "subject": "x", "kind": "a.b"})
        assert answer.status_code == 200

    assert ledger.codes() == []


def test_walls_are_listed_raised_and_lifted_for_a_reason(ada, alice_browser, ledger):
    new = f"{FIRMS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}"
    ledger.forget()
    without = alice_browser.post(new, {"membership": bob().pk, "reason": " "})
    alice_browser.post(new, {"membership": bob().pk, "reason": "Her brother", "review_on": "2030-01-01"})
    wall = Wall.objects.standing().get()
    listed = told(alice_browser.get(f"{FIRMS}walls/"))

    silent = alice_browser.post(f"{FIRMS}walls/{wall.pk}/lift/", {"reason": ""})
    alice_browser.post(f"{FIRMS}walls/{wall.pk}/lift/", {"reason": "Sold"})

    assert without.status_code == silent.status_code == 422
    assert "Bob Staff is kept from Carla’s Bakery" in listed
    assert not Wall.objects.standing().exists()
    assert ledger.codes() == ["policies.wall_raised", "policies.wall_lifted"]


def test_a_wall_names_a_person_or_a_team_and_not_both(ada, alice_browser):
    team = make_team(ada)
    new = f"{FIRMS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}"

    both = alice_browser.post(new, {"membership": bob().pk, "team": team.pk, "reason": "x"})
    neither = alice_browser.post(new, {"reason": "x"})
    for_team = alice_browser.post(new, {"team": team.pk, "reason": "x"})

    assert (both.status_code, neither.status_code, for_team.status_code) == (422, 422, 303)
    assert Wall.objects.standing().get().team_id == team.pk


def test_what_a_wall_stands_before_must_be_the_readers_to_see(ada, alice, alice_browser):
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    answer = alice_browser.post(
        f"{FIRMS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}",
        {"membership": bob().pk, "reason": "x"},
    )

    assert answer.status_code == 404
    assert Wall.objects.standing().count() == 1


def test_staff_raise_no_walls(bob_browser):
    answer = bob_browser.post(
        f"{FIRMS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}",
        {"membership": bob().pk, "reason": "x"},
    )

    assert answer.status_code == 403
    assert not Wall.objects.exists()


def test_teams_are_made_filled_and_emptied(alice_browser, ledger):
    taken = {"name": "Audit"}
    alice_browser.post(f"{FIRMS}teams/", taken)
    team = Team.objects.get(name="Audit")

    alice_browser.post(f"{FIRMS}teams/{team.pk}/", {"member": bob().pk})
    inside = told(alice_browser.get(f"{FIRMS}teams/"))
    alice_browser.post(f"{FIRMS}teams/{team.pk}/{bob().pk}/leave/")
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


def test_staff_see_teams_and_change_none(alice, bob_browser):
    team = make_team(alice)

    answers = [
        bob_browser.post(f"{FIRMS}teams/", {"name": "Mine"}),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/", {"member": bob().pk}),
        bob_browser.post(f"{FIRMS}teams/{team.pk}/{bob().pk}/leave/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (Team.objects.count(), TeamMember.objects.count()) == (1, 0)
    assert bob_browser.get(f"{FIRMS}teams/").status_code == 200


def test_the_matrix_shows_every_power_of_the_staff_and_who_has_each_role(alice_browser):
    page = told(alice_browser.get(f"{FIRMS}roles/"))

    assert "Read the audit trail" in page
    assert "Alice Partner" in page
    assert "Hand in documents" not in page
