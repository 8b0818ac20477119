"""Roles of the firm's own: copied, changed, deleted, brought back; and the matrix."""

import json

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.policies.actions import assign_role, revoke_role
from firmament.kernel.policies.decide import Denied, may
from firmament.kernel.policies.models import Role, RoleAssignment
from firmament.kernel.policies.roles import (
    change_role,
    copy_role,
    delete_role,
    powers_of_role,
    restore_role,
)
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.weighing import saved
from firmament.modules.access.reports.roles import role_lines
from firmament.modules.access.tests.factories import make_role
from firmament.modules.firms.tests.factories import make_member, make_token

ROLES = "/w/acme/access/roles/"


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def built_in(code: str) -> Role:
    return Role.objects.get(code=code)


def told(answer) -> str:
    return answer.content.decode()


def ticked(role: Role, **changes: object) -> dict[str, object]:
    """The form as it stands, room by room."""
    form: dict[str, object] = {"name": role.name, "clearance": role.clearance}
    for power in powers_of_role(role):
        form.setdefault(f"powers_{power.partition('.')[0]}", []).append(power)  # type: ignore[attr-defined]
    return form | changes


def test_a_copy_carries_what_the_other_one_does_and_nobody_holds_it(ada, ledger):
    ledger.forget()
    role = copy_role(ada, built_in("staff"), name="Senior staff")

    assert powers_of_role(role) == powers_of_role(built_in("staff"))
    assert (role.code, role.origin, role.built_in) == ("senior_staff", "staff", False)
    assert role.clearance == built_in("staff").clearance
    assert not RoleAssignment.objects.filter(role=role).exists()
    assert ledger.codes() == ["policies.role_copied"]
    assert ledger.entries()[0].payload["powers"] == sorted(powers_of_role(role))


def test_a_copy_of_a_copy_still_knows_the_built_in_one(ada):
    second = copy_role(ada, make_role(of="staff"), name="Second")

    assert second.origin == "staff"


def test_a_power_that_is_added_counts_at_the_very_next_question(ada, bob_browser, ledger):
    role = make_role(of="staff")
    for held in RoleAssignment.objects.filter(membership=bob()).select_related("role"):
        assign_role(ada, bob(), role)
        revoke_role(ada, bob(), held.role)
    refused = bob_browser.get("/w/acme/audit/").status_code
    ledger.forget()

    change_role(
        ada,
        role,
        name=role.name,
        clearance=role.clearance,
        powers=powers_of_role(role) - {"clients.edit_contacts"} | {"audit.view"},
    )

    changed = ledger.entries()
    assert refused == 403
    assert bob_browser.get("/w/acme/audit/").status_code == 200
    assert [entry.code for entry in changed] == ["policies.role_changed"]
    assert changed[0].payload["added"] == ["audit.view"]
    assert changed[0].payload["removed"] == ["clients.edit_contacts"]


def test_the_difference_from_the_built_in_role_is_named(ada, alice_browser):
    role = make_role(of="staff", name="Readers")
    change_role(
        ada,
        role,
        name=role.name,
        clearance=role.clearance,
        powers=powers_of_role(role) - {"clients.edit_contacts"} | {"audit.view", "audit.export"},
    )

    lines = {line.role.code: line for line in role_lines(ada)}
    page = told(alice_browser.get(f"{ROLES}{role.pk}/"))
    listed = told(alice_browser.get(ROLES))

    found = lines[role.code]
    assert {power.code for power in found.added} == {"audit.export", "audit.view"}
    assert {power.code for power in found.removed} == {"clients.edit_contacts"}
    assert "Different from Staff" in page
    assert "Read the audit trail" in page
    assert "+2 −1" in listed
    assert (lines["staff"].origin, lines["staff"].added, lines["staff"].removed) == ("", (), ())


def test_built_in_roles_stay_as_they_are(ada, ledger):
    staff = built_in("staff")
    before = powers_of_role(staff)
    ledger.forget()

    with pytest.raises(ValidationError):
        change_role(ada, staff, name="Other", clearance=staff.clearance, powers=before)
    with pytest.raises(ValidationError):
        delete_role(ada, staff)

    staff.refresh_from_db()
    assert (staff.name, powers_of_role(staff), staff.deleted_at) == ("Staff", before, None)
    assert ledger.codes() == []


def test_nobody_puts_into_a_role_or_takes_out_of_it_what_they_lack(ada, ledger):
    helper = make_member(role="read_only")
    manager = make_role(of="read_only", name="Keeper of roles")
    change_role(
        ada,
        manager,
        name=manager.name,
        clearance="confidential",
        powers=powers_of_role(manager) | {"policies.manage_roles", "policies.view_roles"},
    )
    assign_role(ada, helper, manager)
    keeper = browser_of(helper.user.email)
    mine = make_role(of="read_only", name="Mine to change")
    strong = make_role(of="partner")
    ledger.forget()

    copied = keeper.post(f"{ROLES}{built_in('partner').pk}/copy/", {"name": "Stolen"})
    widened = keeper.post(f"{ROLES}{mine.pk}/change/", ticked(mine, powers_policies=["policies.raise_wall"]))
    deleted = keeper.post(f"{ROLES}{strong.pk}/delete/")
    cleared = keeper.post(f"{ROLES}{mine.pk}/change/", ticked(mine, clearance="restricted"))

    assert (copied.status_code, widened.status_code, deleted.status_code) == (403, 422, 403)
    assert cleared.status_code == 422
    assert not Role.objects.filter(name="Stolen").exists()
    assert powers_of_role(mine) == powers_of_role(built_in("read_only"))
    assert set(ledger.codes()) == {"ledger.power_denied"}


def test_what_the_reader_lacks_stays_in_the_role(ada):
    helper = make_member(role="read_only")
    keeper_role = make_role(of="read_only")
    change_role(
        ada,
        keeper_role,
        name=keeper_role.name,
        clearance="confidential",
        powers=powers_of_role(keeper_role) | {"policies.manage_roles", "policies.view_roles"},
    )
    assign_role(ada, helper, keeper_role)
    strong = make_role(of="partner", name="Strong")
    before = powers_of_role(strong)
    keeper = browser_of(helper.user.email)

    shown = told(keeper.get(f"{ROLES}{strong.pk}/change/"))
    answer = saved(keeper, f"{ROLES}{strong.pk}/change/", {"name": "Stronger", "clearance": strong.clearance})

    strong.refresh_from_db()
    assert "What you cannot change" in shown
    assert answer.status_code == 303
    assert strong.name == "Stronger"
    assert "policies.raise_wall" in powers_of_role(strong)
    assert powers_of_role(strong) < before


def test_a_role_that_somebody_holds_is_not_deleted(ada, ledger):
    role = make_role()
    assign_role(ada, bob(), role)
    ledger.forget()

    with pytest.raises(ValidationError, match="Somebody holds this role"):
        delete_role(ada, role)

    assert Role.objects.standing().filter(pk=role.pk).exists()
    assert ledger.codes() == []


def test_a_deleted_role_is_given_to_nobody_and_can_be_brought_back(ada, ledger):
    role = make_role(name="Short-lived")
    ada_browser = browser_of("ada@acme.example")
    ledger.forget()

    gone = told(ada_browser.post(f"{ROLES}{role.pk}/delete/", follow=True))
    with pytest.raises(ValidationError, match="deleted"):
        assign_role(ada, bob(), role)
    offered = told(ada_browser.get(f"/w/acme/firms/people/{bob().pk}/roles/"))
    back = told(ada_browser.post(f"{ROLES}{role.pk}/restore/", follow=True))
    restore_role(ada, role)

    assert f"{ROLES}{role.pk}/restore/" in gone
    assert "Short-lived" not in offered
    assert "The role Short-lived is back." in back
    assert assign_role(ada, bob(), role).role_id == role.pk
    assert ledger.codes() == ["policies.role_deleted", "policies.role_restored", "policies.role_assigned"]


def test_a_name_is_taken_by_one_standing_role_whatever_its_capitals(ada):
    first = make_role(name="Tax")
    with pytest.raises(ValidationError, match="already a role of this name"):
        copy_role(ada, built_in("staff"), name="TAX")
    delete_role(ada, first)

    second = copy_role(ada, built_in("staff"), name="TAX")

    assert second.code == "tax_2", "the ledger knows the first one by its code"
    with pytest.raises(ValidationError, match="already a role of this name"):
        restore_role(ada, first)


def test_the_form_changes_what_was_ticked_and_nothing_else(ada, ledger):
    role = make_role(of="staff", name="Assistants")
    browser = browser_of("ada@acme.example")
    form = ticked(role, name="Tax assistants", powers_audit=["audit.view"])
    before = powers_of_role(role)
    ledger.forget()

    answer = saved(browser, f"{ROLES}{role.pk}/change/", form)

    role.refresh_from_db()
    assert answer.status_code == 303
    assert role.name == "Tax assistants"
    assert powers_of_role(role) == before | {"audit.view"}
    assert ledger.codes() == ["policies.role_changed"]
    shown = told(browser.get(f"{ROLES}{role.pk}/"))
    assert "Tax assistants" in shown
    assert "Assistants" in shown


def test_saving_the_same_again_leaves_no_line(ada, ledger):
    role = make_role()
    ledger.forget()

    change_role(ada, role, name=role.name, clearance=role.clearance, powers=powers_of_role(role))

    assert ledger.codes() == []


def test_a_power_there_is_not_is_refused(ada):
    role = make_role()

    with pytest.raises(ValidationError, match=r"no\.such"):
        change_role(ada, role, name=role.name, clearance=role.clearance, powers=["no.such"])

    assert powers_of_role(role) == powers_of_role(built_in("staff"))


def test_a_partner_sees_roles_and_makes_none(alice, alice_browser):
    role = make_role()

    answers = [
        alice_browser.get(f"{ROLES}{role.pk}/change/"),
        alice_browser.post(f"{ROLES}{role.pk}/copy/", {"name": "Mine"}),
        alice_browser.post(f"{ROLES}{role.pk}/delete/"),
    ]
    with pytest.raises(Denied):
        copy_role(alice, role, name="Mine")

    assert [answer.status_code for answer in answers] == [403] * 3
    assert alice_browser.get(f"{ROLES}{role.pk}/").status_code == 200
    assert Role.objects.standing().filter(built_in=False).count() == 1


def test_a_custom_administrator_does_not_count_as_the_last_one(ada):
    copy = make_role(of="firm_admin", name="Second in command")
    assign_role(ada, Membership.objects.get(pk=ada.membership_id), copy)

    with pytest.raises(ValidationError, match="at least one active administrator"):
        revoke_role(ada, Membership.objects.get(pk=ada.membership_id), built_in("firm_admin"))

    assert may(ada, "policies.manage_roles")


def test_the_matrix_shows_every_power_of_the_staff_and_who_has_each_role(alice_browser):
    page = told(alice_browser.get(ROLES))

    assert "Read the audit trail" in page
    assert "Alice Partner" in page
    assert "Hand in documents" not in page


def test_the_matrix_is_searched_and_narrowed(alice_browser):
    found = told(alice_browser.get(ROLES, {"q": "ETHICAL wall"}))
    of_room = told(alice_browser.get(ROLES, {"room": "audit"}))
    nothing = told(alice_browser.get(ROLES, {"q": "flying saucers"}))
    differing = told(alice_browser.get(ROLES, {"show": "differing"}))

    assert "Raise and lift ethical walls" in found
    assert "Read the audit trail" not in found
    assert "Read the audit trail" in of_room
    assert "Raise and lift ethical walls" not in of_room
    assert "No power is called that" in nothing
    assert "See and change one’s own profile" not in differing


def test_programs_copy_change_delete_and_restore(ada, client):
    _token, secret = make_token(ada, "policies.*")
    headers = {"Authorization": f"Bearer {secret}"}
    made = client.post(
        "/api/v1/access/roles",
        json.dumps({"copy_of": str(built_in("staff").pk), "name": "By a program"}),
        content_type="application/json",
        headers=headers,
    )
    assert made.status_code == 403, "the token may not hand on what its scopes do not reach"

    _token, secret = make_token(
        ada, "policies.*", *sorted({f"{p.partition('.')[0]}.*" for p in powers_of_role(built_in("staff"))})
    )
    headers = {"Authorization": f"Bearer {secret}"}
    made = client.post(
        "/api/v1/access/roles",
        json.dumps({"copy_of": str(built_in("staff").pk), "name": "By a program"}),
        content_type="application/json",
        headers=headers,
    )
    role = made.json()
    at = f"/api/v1/access/roles/{role['id']}"
    changed = client.patch(
        at,
        json.dumps({"powers": ["clients.view"]}),
        content_type="application/json",
        headers=headers | {"If-Match": made["ETag"]},
    )
    deleted = client.post(f"{at}/delete", headers=headers)
    listed = client.get("/api/v1/access/roles?deleted=true", headers=headers).json()
    back = client.post(f"{at}/restore", headers=headers)

    assert (made.status_code, changed.status_code) == (201, 200)
    assert role["origin"] == "staff"
    assert changed.json()["powers"] == ["clients.view"]
    assert deleted.json()["deleted_at"] is not None
    assert [one["id"] for one in listed["items"]] == [role["id"]]
    assert back.json()["deleted_at"] is None
