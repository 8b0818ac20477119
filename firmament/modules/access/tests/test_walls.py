"""Why somebody can or cannot, and walls."""

import re

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.weighing import saved
from firmament.lib.instant import now
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_team, make_token

ACCESS = "/w/acme/access/"
WHY = f"{ACCESS}why/"


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
    new = f"{ACCESS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}"
    ledger.forget()
    without = saved(alice_browser, new, {"membership": bob().pk, "reason": " "})
    saved(alice_browser, new, {"membership": bob().pk, "reason": "Her brother", "review_on": "2030-01-01"})
    wall = Wall.objects.standing().get()
    listed = told(alice_browser.get(f"{ACCESS}walls/"))

    silent = saved(alice_browser, f"{ACCESS}walls/{wall.pk}/lift/", {"reason": ""})
    saved(alice_browser, f"{ACCESS}walls/{wall.pk}/lift/", {"reason": "Sold"})

    assert without.status_code == silent.status_code == 422
    assert "Bob Staff is kept from Carla’s Bakery" in listed
    assert not Wall.objects.standing().exists()
    assert ledger.codes() == ["policies.wall_raised", "policies.wall_lifted"]


def test_raising_a_wall_again_is_refused_beside_the_person_with_the_reason_kept(ada, alice_browser, ledger):
    make_wall(ada, bob())
    new = f"{ACCESS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}"

    again = saved(alice_browser, new, {"membership": bob().pk, "reason": "Told by his sister"})

    assert again.status_code == 422
    assert re.search(r'name="membership"[^>]*aria-invalid="true"', told(again))
    assert "This wall stands already." in told(again)
    assert "Told by his sister" in told(again)
    assert Wall.objects.count() == 1
    assert ledger.codes() == ["policies.wall_raised"]


def test_a_wall_names_a_person_or_a_team_and_not_both(ada, alice_browser):
    team = make_team(ada)
    new = f"{ACCESS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}"

    both = saved(alice_browser, new, {"membership": bob().pk, "team": team.pk, "reason": "x"})
    neither = saved(alice_browser, new, {"reason": "x"})
    for_team = saved(alice_browser, new, {"team": team.pk, "reason": "x"})

    assert (both.status_code, neither.status_code, for_team.status_code) == (422, 422, 303)
    assert Wall.objects.standing().get().team_id == team.pk


def test_what_a_wall_stands_before_must_be_the_readers_to_see(ada, alice, alice_browser):
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    answer = alice_browser.post(
        f"{ACCESS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}",
        {"membership": bob().pk, "reason": "x"},
    )

    assert answer.status_code == 404
    assert Wall.objects.standing().count() == 1


def test_staff_raise_no_walls(bob_browser):
    answer = bob_browser.post(
        f"{ACCESS}walls/new/?kind=clients.client&subject={carlas_bakery().pk}",
        {"membership": bob().pk, "reason": "x"},
    )

    assert answer.status_code == 403
    assert not Wall.objects.exists()


def test_a_refusal_leads_to_its_reason_for_those_who_may_ask(alice_browser, bob_browser):
    partners = alice_browser.get("/w/acme/firms/settings/brand/logo/remove/")
    refused = alice_browser.post("/w/acme/firms/settings/brand/logo/remove/")
    staff = bob_browser.get("/w/acme/audit/")

    assert partners.status_code in (403, 405)
    assert refused.status_code == staff.status_code == 403
    page = told(refused)
    assert "Why can I not?" in page
    address = page.partition('href="/w/acme/access/why/?')[2].partition('"')[0].replace("&amp;", "&")
    assert "No: Alice Partner cannot do this" in told(alice_browser.get(f"{WHY}?{address}"))
    assert "Why can I not?" not in told(staff)


def test_a_wall_whose_day_has_come_is_due_until_somebody_says_that_it_stands_on(ada, alice_browser, ledger):
    wall = make_wall(ada, bob())
    Wall.objects.filter(pk=wall.pk).update(review_on=now().date())
    review = f"{ACCESS}walls/{wall.pk}/review/"
    ledger.forget()

    due = told(alice_browser.get(f"{ACCESS}walls/"))
    silent = alice_browser.post(review, {"note": " ", "review_on": "2099-01-01"})
    gone_by = alice_browser.post(review, {"note": "Still his sister", "review_on": "2020-01-01"})
    stands = alice_browser.post(review, {"note": "Still his sister", "review_on": "2099-01-01"})
    after = told(alice_browser.get(f"{ACCESS}walls/"))

    wall.refresh_from_db()
    assert "To be looked at again" in due
    assert (silent.status_code, gone_by.status_code, stands.status_code) == (422, 422, 303)
    assert str(wall.review_on) == "2099-01-01"
    assert "To be looked at again" not in after
    assert ledger.codes() == ["policies.wall_reviewed"]


def test_several_walls_are_looked_at_together_or_none(ada, alice, alice_browser, ledger):
    """The due ones are chosen already; a day gone by or no reason leaves every one as it was."""
    other = make_client(alice, name="Other Shop")
    first, later = (
        make_wall(ada, bob()),
        make_wall(ada, Membership.objects.get(user__email="ada@acme.example")),
    )
    second = raise_wall(ada, reason="An heir", membership=bob(), client_id=other.pk)
    Wall.objects.filter(pk__in=(first.pk, second.pk)).update(review_on=now().date())
    review = f"{ACCESS}walls/review/"
    both = {"walls": [str(first.pk), str(second.pk)], "note": "Both still stand"}
    ledger.forget()

    listed = told(alice_browser.get(f"{ACCESS}walls/"))
    offered = told(alice_browser.get(review))
    none = alice_browser.post(review, {"note": "x"})
    gone_by = alice_browser.post(review, {**both, "review_on": "2020-01-01"})
    untouched = set(Wall.objects.values_list("review_on", flat=True))
    stands = alice_browser.post(review, {**both, "review_on": "2099-01-01"})

    assert "Look at several" in listed
    ticked = [pk for pk in (first.pk, second.pk, later.pk) if checked(offered, str(pk))]
    assert ticked == [first.pk, second.pk]
    assert (none.status_code, gone_by.status_code, stands.status_code) == (422, 422, 303)
    assert untouched == {None, now().date()}
    assert {str(wall.review_on) for wall in Wall.objects.exclude(pk=later.pk)} == {"2099-01-01"}
    assert ledger.codes() == ["policies.wall_reviewed"] * 2


def checked(page: str, value: str) -> bool:
    box = page.partition(f'value="{value}"')[2].partition(">")[0]
    return "checked" in box


def test_a_wall_before_the_reader_is_not_among_those_looked_at_together(ada, alice, alice_browser):
    wall = make_wall(ada, Membership.objects.get(pk=alice.membership_id))
    review = f"{ACCESS}walls/review/"

    offered = told(alice_browser.get(review))
    forced = alice_browser.post(review, {"walls": [str(wall.pk)], "note": "x"})

    wall.refresh_from_db()
    assert str(wall.pk) not in offered
    assert forced.status_code == 422


def test_nobody_says_of_the_wall_they_stand_behind_that_it_stands_on(ada, alice, alice_browser, bob_browser):
    wall = make_wall(ada, Membership.objects.get(pk=alice.membership_id))
    review = f"{ACCESS}walls/{wall.pk}/review/"

    assert alice_browser.post(review, {"note": "x"}).status_code == 404
    assert bob_browser.post(review, {"note": "x"}).status_code == 403


def test_the_administrator_sees_everybodys_tokens_and_revokes_them_together(ada, alice, bob_browser):
    hers, _secret = make_token(alice)
    page = f"{ACCESS}tokens/"
    adas = browser_of("ada@acme.example")

    shown = told(adas.get(page))
    his = told(bob_browser.get(page))
    bob_browser.post(page, {"bulk": "revoke", "selected": [str(hers.pk)], "confirmed": "yes"})
    hers.refresh_from_db()
    before = hers.revoked_at
    adas.post(page, {"bulk": "revoke", "selected": [str(hers.pk)], "confirmed": "yes"})

    hers.refresh_from_db()
    assert hers.name in shown
    assert "Alice Partner" in shown
    assert hers.name not in his
    assert before is None
    assert hers.revoked_at is not None
