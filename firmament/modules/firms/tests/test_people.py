"""People: invited, given roles, deactivated with somebody to take over, and let in again."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from firmament.kernel.identity.models import ApiToken, Invitation
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.weighing import saved
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.clients.models import Client as FirmClient
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.firms.actions.people import set_roles, set_title
from firmament.modules.firms.reports.people import grantable_roles
from firmament.modules.firms.tests.factories import make_invitation, make_member, make_token

PEOPLE = "/w/acme/firms/people/"


def member(key: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{key}@acme.example")


def told(answer) -> str:
    return answer.content.decode()


def test_the_list_names_people_roles_and_who_is_invited(alice, alice_browser):
    invitation = make_invitation(alice)

    page = told(alice_browser.get(PEOPLE))

    assert "Bob Staff" in page
    assert "Firm admin" in page
    assert invitation.email in page
    assert "Bob Staff" not in told(alice_browser.get(PEOPLE, {"role": "partner"}))


def test_the_list_costs_the_same_for_few_and_for_many(alice_browser, queries):
    alice_browser.get(PEOPLE)
    with queries() as few:
        alice_browser.get(PEOPLE)
    for _ in range(15):
        make_member()

    with queries() as many:
        alice_browser.get(PEOPLE)

    assert many.count == few.count <= 8


def test_a_partner_invites_with_the_roles_a_partner_could_give(alice, alice_browser):
    form = {"name": "Nina New", "email": "nina@acme.example"}
    refused = alice_browser.post(f"{PEOPLE}invite/", {**form, "role_codes": ["firm_admin"]})
    nobody_yet = Invitation.objects.filter(email="nina@acme.example").exists()

    answer = alice_browser.post(f"{PEOPLE}invite/", {**form, "role_codes": ["staff"]})

    assert (refused.status_code, nobody_yet) == (422, False)
    assert answer.status_code == 303
    assert Invitation.objects.get(email="nina@acme.example").role_codes == ["staff"]
    assert "firm_admin" not in {role.code for role in grantable_roles(alice)}


def test_an_invitation_is_sent_again_and_taken_back(alice, alice_browser, ledger):
    invitation = make_invitation(alice)
    ledger.forget()

    alice_browser.post(f"{PEOPLE}invitations/{invitation.pk}/resend/")
    alice_browser.post(f"{PEOPLE}invitations/{invitation.pk}/revoke/")
    again = alice_browser.post(f"{PEOPLE}invitations/{invitation.pk}/resend/")

    assert ledger.codes() == ["identity.invitation_sent", "identity.invitation_revoked"]
    assert again.status_code == 303
    assert "has ended already" in told(alice_browser.get(PEOPLE))


def test_bob_may_not_invite_and_nothing_is_sent(bob_browser):
    answer = bob_browser.post(
        f"{PEOPLE}invite/", {"name": "X", "email": "x@acme.example", "role_codes": ["staff"]}
    )

    assert answer.status_code == 403
    assert not Invitation.objects.filter(email="x@acme.example").exists()


def test_roles_are_given_and_taken_and_count_at_once(ada, ada_browser, bob_browser, ledger):
    bob = member("bob")
    assert bob_browser.get("/w/acme/audit/").status_code == 403
    ledger.forget()

    saved(ada_browser, f"{PEOPLE}{bob.pk}/roles/", {"roles": ["partner"]})

    assert roles_of(bob.pk) == ("partner",)
    assert ledger.codes() == ["policies.role_assigned", "policies.role_revoked"]
    assert bob_browser.get("/w/acme/audit/").status_code == 200


def test_a_partner_may_not_change_roles_and_nothing_changes(alice, alice_browser):
    bob = member("bob")
    answer = saved(alice_browser, f"{PEOPLE}{bob.pk}/roles/", {"roles": ["partner"]})

    with pytest.raises(Denied):
        set_roles(alice, bob, list(Role.objects.all()))
    assert answer.status_code == 403
    assert roles_of(bob.pk) == ("staff",)


def test_the_last_administrator_keeps_the_role_and_the_page_says_why(ada, ada_browser):
    before = told(ada_browser.get(f"{PEOPLE}{ada.membership_id}/roles/"))

    answer = saved(ada_browser, f"{PEOPLE}{ada.membership_id}/roles/", {"roles": ["partner"]})

    assert "only active administrator" in before
    assert answer.status_code == 422
    assert "keeps at least one active administrator" in told(answer)
    assert roles_of(member("ada").pk) == ("firm_admin",)


def test_changing_sides_works_where_another_administrator_stands(ada, ada_browser):
    set_roles(ada, member("alice"), list(Role.objects.filter(code="firm_admin")))

    answer = saved(ada_browser, f"{PEOPLE}{ada.membership_id}/roles/", {"roles": ["partner"]})

    assert answer.status_code == 303
    assert roles_of(member("ada").pk) == ("partner",)


def test_deactivating_hands_clients_over_and_shuts_the_door_at_once(
    ada, alice, ada_browser, bob_browser, run_jobs
):
    bob, bakery = member("bob"), carlas_bakery()
    FirmClient.objects.filter(pk=bakery.pk).update(owner=bob)
    bobs = Actor.of_staff(bob, roles=("staff",))
    _token, secret = make_token(bobs, "clients.read")
    assert bob_browser.get(PEOPLE).status_code == 200
    page = told(ada_browser.get(f"{PEOPLE}{bob.pk}/deactivate/"))
    assert re.search(r"<dt>Clients</dt>\s*<dd>1,", page)
    assert f'value="{alice.membership_id}"' in page

    ada_browser.post(f"{PEOPLE}{bob.pk}/deactivate/", {"reassign_to": alice.membership_id})
    api = Client().get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"})

    assert bob_browser.get(PEOPLE).status_code == 404
    assert api.status_code == 401
    run_jobs()
    bakery.refresh_from_db()
    assert bakery.owner_id == alice.membership_id


def test_the_last_administrator_is_not_deactivated(ada, alice, ada_browser):
    set_roles(ada, member("alice"), list(Role.objects.filter(code="firm_admin")))
    RoleAssignment.objects.filter(membership=ada.membership_id).delete()
    alices = browser_of("alice@acme.example")
    make_member(role="firm_admin", name="Second Admin")
    RoleAssignment.objects.filter(membership__user__name="Second Admin").delete()

    answer = alices.post(f"{PEOPLE}{alice.membership_id}/deactivate/", {})

    assert answer.status_code == 422
    assert member("alice").state == "active"


def test_the_one_administrator_page_says_so_before_anybody_tries(ada):
    other = make_member(role="firm_admin", name="Second Admin")
    browser = browser_of(other.user.email)
    RoleAssignment.objects.filter(membership=other).delete()
    RoleAssignment.objects.create(membership=other, role=Role.objects.get(code="firm_admin"))
    Membership.objects.filter(pk=other.pk).update(title="Deputy")

    page = told(browser.get(f"{PEOPLE}{ada.membership_id}/deactivate/"))

    assert "cannot be deactivated" not in page
    RoleAssignment.objects.filter(membership=ada.membership_id).delete()
    assert "cannot be deactivated" in told(browser.get(f"{PEOPLE}{other.pk}/deactivate/"))


def test_somebody_let_in_again_has_their_roles_and_no_tokens(ada, ada_browser, bob_browser):
    bob = member("bob")
    token, _secret = make_token(Actor.of_staff(bob, roles=("staff",)))
    ada_browser.post(f"{PEOPLE}{bob.pk}/deactivate/", {})

    ada_browser.post(f"{PEOPLE}{bob.pk}/reactivate/")

    assert bob_browser.get(PEOPLE).status_code == 200
    assert roles_of(bob.pk) == ("staff",)
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_a_partner_may_not_deactivate_and_nothing_changes(alice_browser):
    bob = member("bob")

    answers = [alice_browser.post(f"{PEOPLE}{bob.pk}/{step}/") for step in ("deactivate", "reactivate")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert member("bob").state == "active"


def test_the_page_of_a_person_shows_walls_only_to_who_may_see_them(ada, alice_browser, bob_browser):
    bob = member("bob")
    make_wall(ada, bob)

    assert "Carla’s Bakery" in told(alice_browser.get(f"{PEOPLE}{bob.pk}/"))
    assert "Carla’s Bakery" not in told(bob_browser.get(f"{PEOPLE}{bob.pk}/"))
    assert "brother owns it" not in told(bob_browser.get(f"{PEOPLE}{bob.pk}/"))


def test_the_page_of_a_person_costs_the_same_however_much_happened(ada, ada_browser, queries):
    bob = member("bob")
    set_title(ada, bob, title="One")
    ada_browser.get(f"{PEOPLE}{bob.pk}/")
    with queries() as few:
        ada_browser.get(f"{PEOPLE}{bob.pk}/")
    for title in ("Two", "Three", "Four"):
        set_title(ada, bob, title=title)

    with queries() as many:
        ada_browser.get(f"{PEOPLE}{bob.pk}/")

    assert many.count == few.count <= 24


def test_a_title_is_changed_once_and_with_its_before_and_after(alice, bob, ledger):
    set_title(alice, member("bob"), title="  Bookkeeper ")
    set_title(alice, member("bob"), title="Bookkeeper")

    assert ledger.codes() == ["firms.member_changed"]
    with pytest.raises(Denied):
        set_title(bob, member("bob"), title="Partner")
    assert member("bob").title == "Bookkeeper"


def test_what_the_database_refuses_changes_nothing(ada):
    with pytest.raises(ValidationError):
        set_roles(ada, member("ada"), [])

    assert roles_of(member("ada").pk) == ("firm_admin",)


def test_only_who_could_answer_for_clients_is_offered_to_take_over(ada, ada_browser):
    bob, reader = member("bob"), make_member(role="read_only", name="Rhea Reader")
    before = told(ada_browser.get(f"{PEOPLE}{bob.pk}/deactivate/"))
    FirmClient.objects.filter(pk=carlas_bakery().pk).update(owner=bob)

    after = told(ada_browser.get(f"{PEOPLE}{bob.pk}/deactivate/"))
    answer = ada_browser.post(f"{PEOPLE}{bob.pk}/deactivate/", {"reassign_to": reader.pk})

    assert "Rhea Reader" in before
    assert "Rhea Reader" not in after
    assert answer.status_code == 422
    assert member("bob").state == "active"
