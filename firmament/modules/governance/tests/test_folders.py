"""The page and the operations of folders."""

import json

from django.test import Client

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.labels.folders import flat, folder_tree
from firmament.kernel.labels.models import Folder
from firmament.kernel.testing.things.models import Thing
from firmament.kernel.versions.tests.factories import make_thing
from firmament.modules.governance.tests.factories import make_folder

FOLDERS = "/w/acme/governance/folders/"
THINGS = f"{FOLDERS}?area=things"


def told(answer) -> str:
    return answer.content.decode()


def drawn() -> list[str]:
    return [f"{'  ' * (node.depth - 1)}{node.name}" for node in flat(folder_tree("things"))]


def put(actor, folder) -> Thing:
    thing = make_thing(actor)
    Thing.objects.filter(pk=thing.pk).update(folder=folder)
    return thing


def test_folders_are_made_renamed_moved_and_put_in_order(alice, alice_browser, ledger) -> None:
    ledger.forget()
    alice_browser.post(THINGS, {"name": "Letters"})
    letters = Folder.objects.get(name="Letters", area="things")
    alice_browser.post(THINGS, {"name": "Tax", "parent": letters.pk})
    alice_browser.post(THINGS, {"name": "Law", "parent": letters.pk})
    tax, law = Folder.objects.get(name="Tax"), Folder.objects.get(name="Law")

    taken = alice_browser.post(THINGS, {"name": "tax", "parent": letters.pk})
    alice_browser.post(f"{FOLDERS}{law.pk}/up/")
    alice_browser.post(f"{FOLDERS}{law.pk}/up/")
    after = drawn()
    moved = alice_browser.post(f"{FOLDERS}{tax.pk}/", {"name": "Taxes", "parent": ""})

    assert taken.status_code == 422
    assert "already a folder of this name" in told(taken)
    assert after == ["Letters", "  Law", "  Tax"]
    assert moved["Location"] == f"{FOLDERS}?area=things#folder-{tax.pk}"
    assert drawn() == ["Letters", "  Law", "Taxes"]
    assert ledger.codes() == [
        "labels.folder_created",
        "labels.folder_created",
        "labels.folder_created",
        "labels.folder_renamed",
        "labels.folder_moved",
    ]


def test_a_folder_is_not_offered_itself_or_what_lies_in_it_and_takes_neither(alice, alice_browser) -> None:
    letters = make_folder(alice, "Letters")
    tax = make_folder(alice, "Tax", letters)
    make_folder(alice, "Law")

    form = told(alice_browser.get(f"{FOLDERS}{letters.pk}/"))
    refused = alice_browser.post(f"{FOLDERS}{letters.pk}/", {"name": "Letters", "parent": tax.pk})

    assert "Law" in form
    assert str(tax.pk) not in form
    assert refused.status_code == 422
    assert drawn() == ["Letters", "  Tax", "Law"]


def test_what_lies_in_a_deleted_folder_is_found_one_higher(alice, alice_browser) -> None:
    letters = make_folder(alice, "Letters")
    tax = make_folder(alice, "Tax", letters)
    make_folder(alice, "2026", tax)
    thing = put(alice, tax)

    page = told(alice_browser.post(f"{FOLDERS}{tax.pk}/delete/", follow=True))

    thing.refresh_from_db()
    assert thing.folder_id == letters.pk
    assert drawn() == ["Letters", "  2026"]
    assert "The folder Tax was deleted. What lay in it, 2 things, lies one higher." in page


def test_the_page_costs_the_same_for_one_and_for_twenty(alice, alice_browser, queries) -> None:
    put(alice, make_folder(alice))
    alice_browser.get(THINGS)
    with queries() as one:
        alice_browser.get(THINGS)
    for number in range(19):
        put(alice, make_folder(alice, f"Folder of {number}"))

    with queries() as twenty:
        assert "Folder of 18" in told(alice_browser.get(THINGS))

    assert twenty.count <= one.count <= 10


def test_who_may_not_manage_folders_sees_them_and_changes_none(alice, bob_browser) -> None:
    letters = make_folder(alice, "Letters")

    answers = [
        bob_browser.post(f"{FOLDERS}{letters.pk}/", {"name": "X"}),
        bob_browser.post(f"{FOLDERS}{letters.pk}/up/"),
        bob_browser.post(f"{FOLDERS}{letters.pk}/delete/"),
        bob_browser.post(FOLDERS, {"name": "Mine"}),
    ]
    page = told(bob_browser.get(FOLDERS))

    assert [answer.status_code for answer in answers] == [403] * 4
    assert ("Letters" in page, "Delete Letters" in page) == (True, False)
    assert drawn() == ["Letters"]


def test_an_area_that_no_room_has_is_no_page(alice_browser) -> None:
    assert alice_browser.get(f"{FOLDERS}?area=attic").status_code == 404


def test_a_program_keeps_the_tree(alice) -> None:
    _token, secret = issue_token(alice, name="Sync", scopes=["labels.*", "things.*"], expires_at=None)

    def call(method, path="", body=None, **headers):
        return Client().generic(
            method,
            f"/api/v1/governance/folders{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )

    letters = call("POST", body={"area": "things", "name": "Letters"}).json()["id"]
    tax = call("POST", body={"area": "things", "name": "Tax", "parent_id": letters}).json()["id"]
    put(alice, Folder.objects.get(pk=tax))
    unknown = call("POST", body={"area": "attic", "name": "Letters"})
    foreign = call("POST", body={"area": "things", "name": "Law", "parent_id": str(alice.firm_id)})
    circle = call("PATCH", f"/{letters}", {"parent_id": tax}, **{"If-Match": "*"})
    full = call("DELETE", f"/{tax}", **{"If-Match": "*"})
    renamed = call("PATCH", f"/{tax}", {"name": "Taxes", "parent_id": None}, **{"If-Match": "*"})
    listed = call("GET", "?area=things").json()["items"]
    gone = call("DELETE", f"/{tax}?moving_up=true", **{"If-Match": "*"})

    assert [answer.status_code for answer in (unknown, foreign, circle, full)] == [422] * 4
    assert [(row["name"], row["parent_id"]) for row in listed] == [("Letters", None), ("Taxes", None)]
    assert (renamed.status_code, gone.status_code) == (200, 204)
    assert drawn() == ["Letters"]


def test_a_token_that_does_not_reach_the_room_sees_none_of_its_folders(alice) -> None:
    make_folder(alice, "Letters")
    _token, secret = issue_token(alice, name="Sync", scopes=["labels.*"], expires_at=None)

    answer = Client().get("/api/v1/governance/folders", headers={"Authorization": f"Bearer {secret}"})

    assert answer.json()["items"] == []
