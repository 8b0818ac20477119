"""The pages of what is kept apart, what programs read of it, and real actions of rooms that are refused by it."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from firmament.kernel.policies.decide import Denied, allows, may
from firmament.kernel.policies.duties import part_duties
from firmament.kernel.policies.models_duties import DutyException, DutyPair, DutyUse
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.weighing import saved
from firmament.lib.instant import at, now
from firmament.modules.access.demo import load
from firmament.modules.access.public import duty_register
from firmament.modules.access.tests.factories import make_duties, make_exemption
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission
from firmament.modules.firms.tests.factories import make_token

DUTIES = "/w/acme/access/duties/"
PAIR = "first=audit.view&second=audit.verify"


def told(answer) -> str:
    return answer.content.decode()


def member(name: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{name}@acme.example")


def until(days: int = 30) -> str:
    return str(now().date() + timedelta(days=days))


def test_a_pair_is_chosen_in_words_waits_is_excepted_by_two_and_comes_into_force(alice_browser, ledger):
    adas = browser_of("ada@acme.example")
    empty = told(alice_browser.get(DUTIES))
    first = told(alice_browser.get(f"{DUTIES}new/?q=read the audit"))
    second = told(alice_browser.get(f"{DUTIES}new/?first=audit.view&q=verify"))
    silent = alice_browser.post(f"{DUTIES}new/?{PAIR}", {"kind": "hold", "reason": " "})
    made = alice_browser.post(f"{DUTIES}new/?{PAIR}", {"kind": "hold", "reason": "Four eyes"})
    pair = DutyPair.objects.get()
    url = f"{DUTIES}{pair.pk}/"
    waits = told(alice_browser.get(url))
    alice_browser.post(f"{url}enforce/")
    still = DutyPair.objects.get().in_force_at
    own = alice_browser.post(
        f"{url}exempt/", {"membership": member("alice").pk, "reason": "I", "ends_at": until()}
    )
    late = alice_browser.post(
        f"{url}exempt/", {"membership": member("ada").pk, "reason": "x", "ends_at": until(400)}
    )
    for browser, who in ((alice_browser, "ada"), (adas, "alice")):
        browser.post(
            f"{url}exempt/", {"membership": member(who).pk, "reason": "Two of us", "ends_at": until()}
        )
    alice_browser.post(f"{url}enforce/")
    done = told(alice_browser.get(url))

    assert "Nothing is kept apart yet" in empty and "Often kept apart" in empty
    assert "?first=audit.view" in first
    assert "second=audit.verify" in second
    assert (silent.status_code, made.status_code, own.status_code, late.status_code) == (422, 303, 422, 422)
    assert "Ada Admin" in waits and "by the role Partner" in waits and "Not yet in force" in waits
    assert still is None
    assert "In force" in done and "Two of us" in done
    assert ledger.codes() == [
        "policies.duties_parted",
        "policies.duty_exempted",
        "policies.duty_exempted",
        "policies.duties_enforced",
    ]


def test_giving_the_other_is_refused_on_the_page_of_the_person(ada, ada_browser, bob):
    pair = part_duties(
        ada, first="documents.request", second="engagements.reopen", kind="hold", reason="Two pairs"
    )
    for by, who in (("alice", "ada"), ("ada", "alice")):
        browser_of(f"{by}@acme.example").post(
            f"{DUTIES}{pair.pk}/exempt/", {"membership": member(who).pk, "reason": "x", "ends_at": until()}
        )
    ada_browser.post(f"{DUTIES}{pair.pk}/enforce/")

    answer = saved(
        ada_browser, f"/w/acme/firms/people/{member('bob').pk}/roles/", {"roles": ["staff", "partner"]}
    )

    assert answer.status_code == 422
    assert "Bob Staff would have two powers that the firm keeps apart" in told(answer)
    assert "by the role Staff" in told(answer) and "by the role Partner" in told(answer)


def test_whoever_asked_for_papers_does_not_accept_them(ada, alice, alice_browser, bob_browser, ledger):
    """The real actions: the request has no row yet when the power to make one is asked for."""
    pair = part_duties(
        ada, first="documents.request", second="documents.review", kind="use", reason="Four eyes"
    )
    request = make_request(alice)
    submission = make_submission(alice, item_of(request))
    ledger.forget()

    answer = alice_browser.post(f"/w/acme/documents/submissions/{submission.pk}/accept/")
    page = told(browser_of("ada@acme.example").get(f"{DUTIES}{pair.pk}/"))

    assert answer.status_code == 403
    assert DutyUse.objects.get(membership_id=alice.membership_id).object_id == request.pk
    assert [(e.code, e.payload["rule"]) for e in ledger.entries()] == [
        ("ledger.power_denied", f"documents.review/{pair.pk}/duties")
    ]
    assert "was refused “Accept, reject and waive documents”" in page
    assert bob_browser.post(f"/w/acme/documents/submissions/{submission.pk}/accept/").status_code == 302
    assert duty_register(ada)[0].refused == 1


def test_why_says_which_duties_are_kept_apart(ada, alice, alice_browser):
    part_duties(ada, first="documents.request", second="documents.review", kind="use", reason="Four eyes")
    request = make_request(alice)

    page = told(
        alice_browser.get(
            "/w/acme/access/why/",
            {
                "person": f"m:{alice.membership_id}",
                "power": "documents.review",
                "kind": "documents.documentrequest",
                "subject": str(request.pk),
            },
        )
    )

    assert "Segregation of duties keeps Alice Partner from it" in page
    assert "Alice Partner has not done this to it: “Ask clients for documents”" in page
    assert "was exempted from keeping these duties apart" in page


def test_what_is_over_is_listed_as_a_breach_and_the_board_is_told(ada, alice, ada_browser):
    pair = make_duties()
    granted = make_exemption()
    row = duty_register(alice)[0]
    ends = (granted.ends_at - granted.created_at).days

    with at(now() + timedelta(days=8)):
        later = duty_register(alice)[0]
        page = told(ada_browser.get(f"{DUTIES}{pair.pk}/"))

    assert (row.id, row.in_force, row.kind, row.refused, ends) == (pair.pk, False, "hold", 0, 7)
    assert [one.name for one in row.breaches] == ["Ada Admin"]
    assert row.breaches[0].paths == ("by the role Firm admin", "by the role Firm admin")
    assert [(one.name, one.granted_by) for one in row.exemptions] == [("Bob Staff", "Ada Admin")]
    assert later.exemptions == ()
    assert "Over" in page
    assert duty_register(staff_actor("bob@acme.example")) == ()


def test_an_exception_is_ended_and_a_pair_retired_on_their_pages(ada_browser, bob_browser, acme, ledger):
    pair, granted = make_duties(), make_exemption()
    ledger.forget()

    refused = bob_browser.post(f"{DUTIES}exempt/{granted.pk}/end/").status_code
    ada_browser.post(f"{DUTIES}exempt/{granted.pk}/end/")
    ada_browser.post(f"{DUTIES}exempt/{granted.pk}/end/")
    ada_browser.post(f"{DUTIES}{pair.pk}/retire/", {"reason": "Two people left"})
    listed = told(ada_browser.get(DUTIES))

    assert refused == 403
    assert not DutyException.objects.in_force(at=now()).exists()
    assert "No longer kept apart" in listed
    assert ledger.codes() == [
        "ledger.power_denied",
        "policies.duty_exemption_ended",
        "policies.duties_joined",
    ]


def test_the_list_costs_the_same_for_one_pair_and_for_three(ada, ada_browser, queries):
    make_duties()
    make_exemption()
    with queries() as one:
        ada_browser.get(DUTIES)
    for second in ("audit.verify", "audit.export"):
        part_duties(ada, first="audit.view", second=second, kind="hold", reason="x")

    with queries() as three:
        ada_browser.get(DUTIES)

    assert three.count == one.count <= 26


def test_programs_read_the_pairs(alice, client):
    pair, granted = make_duties(), make_exemption()
    _token, secret = make_token(alice, "policies.view_duties")
    headers = {"Authorization": f"Bearer {secret}"}

    found = json.loads(client.get("/api/v1/access/duties", headers=headers).content)["items"]
    one = json.loads(client.get(f"/api/v1/access/duties/{pair.pk}", headers=headers).content)

    assert found == [one]
    assert one["exempt"] == [str(granted.membership_id)]
    assert (one["kind"], one["in_force_at"]) == ("hold", None)


def test_others_may_still_do_what_one_may_not(ada, alice, bob):
    part_duties(ada, first="documents.request", second="documents.review", kind="use", reason="Four eyes")
    request = make_request(alice)

    assert not allows(alice, "documents.review", request)
    assert allows(bob, "documents.review", request)
    with pytest.raises(Denied):
        part_duties(bob, first="audit.view", second="audit.verify", kind="hold", reason="x")


def test_the_demo_firm_keeps_two_duties_apart_and_nobody_is_in_anybodys_way(ada, alice):
    people = SimpleNamespace(
        partner=alice,
        members=(),
        scale=120,
        moment=lambda days, hour=9, minute=0: now() - timedelta(days=days),
    )
    load(people)

    (row,) = duty_register(alice)
    assert row.in_force
    assert row.breaches == ()
    assert [one.name for one in row.exemptions] == ["Ada Admin"]
    assert may(ada, "audit.erase") and may(ada, "audit.send_checkpoints")
