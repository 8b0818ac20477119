"""The whole history of a thing and of a person: what targets it, and the rows changed in the same stroke or by hand."""

import re

from firmament.kernel.ledger.models import Entry, EntryTarget, RowChange
from firmament.kernel.ledger.search import Asked
from firmament.kernel.policies.actions import add_to_team, create_team, raise_wall, rename_team
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.audit.reports.timelines import history
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission


def told(answer) -> str:
    return answer.content.decode()


def shown(actor, asked: Asked) -> list:
    """Every entry of a history, page by page."""
    found, place = [], None
    while True:
        page = history(actor, asked, after=place)
        found += [moment.entry.entry_id for moment in page.moments if moment.entry]
        if page.beyond is None:
            return found
        place = page.beyond


def test_a_things_history_is_every_entry_that_names_it(alice):
    client = make_client(alice, name="Historic Ltd")
    for _ in range(40):
        entry = Entry.objects.create(
            code="clients.client_changed",
            category="clients",
            occurred_at=now(),
            domain=Domain.STAFF,
            user_id=alice.user_id,
            payload={},
        )
        EntryTarget.objects.create(
            entry=entry, kind="clients.client", object_id=client.pk, occurred_at=entry.occurred_at
        )

    found = shown(alice, Asked(objects=(client.pk,)))

    expected = Entry.objects.about("clients.client", client.pk).order_by("-occurred_at", "-pk")
    assert found == list(expected.values_list("pk", flat=True))
    assert len(found) == 41


def test_rows_changed_in_the_stroke_stand_under_an_entry_of_it_once(ada, alice):
    team = create_team(ada, name="Before")
    rename_team(ada, team, name="After")

    moments = history(alice, Asked(objects=(team.pk,))).moments

    words = [[row.did for row in moment.rows] for moment in moments if moment.entry]
    assert sum(map(len, words)) >= 2
    assert RowChange.objects.filter(row_id=team.pk).count() == 2
    assert all(moment.entry for moment in moments)


def test_what_the_same_stroke_did_to_other_clients_is_not_in_a_clients_history(ada, alice):
    bob = Membership.objects.get(user__email="bob@acme.example")
    mine, other = make_client(ada, name="Mine"), make_client(ada, name="Other")
    for client in (mine, other):
        raise_wall(ada, membership=bob, client_id=client.pk, reason="Brother")

    moments = history(alice, Asked(objects=(mine.pk,))).moments

    shown = {row.row_id for moment in moments for row in moment.rows}
    walls = {wall.client_id: wall.pk for wall in Wall.objects.all()}
    assert walls[mine.pk] in shown and walls[other.pk] not in shown


def test_files_of_others_and_what_hangs_on_no_client_are_not_in_it_either(ada, alice):
    create_team(ada, name="Of no client")
    make_submission(alice, item_of(make_request(alice)), name="hers.pdf")
    other = make_client(ada, name="Other")

    hers = history(alice, Asked(objects=(carlas_bakery().pk,))).moments
    others = history(alice, Asked(objects=(other.pk,))).moments

    kinds = {(row.kind, row.name) for moment in hers for row in moment.rows}
    assert ("Submission", "hers.pdf") in kinds
    assert not {kind for kind, _name in kinds} & {"Team", "Team member", "Role assignment"}
    assert [row for moment in others for row in moment.rows] == []


def test_a_client_that_one_entry_names_hides_none_of_a_teams_people(ada, alice):
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, Membership.objects.get(user__email="bob@acme.example"))
    entry = Entry.objects.about("policies.team", team.pk).latest("pk")
    EntryTarget.objects.create(
        entry=entry, kind="clients.client", object_id=carlas_bakery().pk, occurred_at=entry.occurred_at
    )

    moments = history(ada, Asked(objects=(team.pk,))).moments

    assert "Team member" in {row.kind for moment in moments for row in moment.rows}


def test_what_a_row_held_is_told_in_words(ada, alice):
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, Membership.objects.get(user__email="bob@acme.example"))

    moments = history(ada, Asked(objects=(team.pk,))).moments
    rows = [row for moment in moments for row in moment.rows if row.kind == "Team member"]

    assert [row.name for row in rows] == ["Bob Staff in Tax"]
    assert {(one.field, one.after) for one in rows[0].changes} == {
        ("Membership", "Bob Staff"),
        ("Team", "Tax"),
    }


def test_a_persons_history_has_two_sides(ada, alice, ada_browser, ledger):
    make_client(alice, name="Done by Alice")
    member = Membership.objects.get(pk=alice.membership_id)
    address = f"/w/acme/audit/people/{member.pk}/"
    ledger.forget()

    did = told(ada_browser.get(address))
    about = told(ada_browser.get(address, {"side": "about"}))

    assert "added the client Done by Alice" in did
    assert "added the client Done by Alice" not in about
    assert "took in Alice Partner" in about or "gave the role" in about
    assert ledger.codes() == ["audit.trail_read", "audit.trail_read"]
    expected = Entry.objects.filter(user_id=alice.user_id).order_by("-occurred_at", "-pk")
    assert shown(ada, Asked(user_id=alice.user_id)) == list(expected.values_list("pk", flat=True))


def test_a_wall_hides_a_thing_and_what_names_it(ada, alice, alice_browser):
    bakery = carlas_bakery()
    address = f"/w/acme/audit/things/clients.client/{bakery.pk}/"
    before = alice_browser.get(address)
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    assert before.status_code == 200
    assert alice_browser.get(address).status_code == 404
    assert shown(alice, Asked(objects=(bakery.pk,))) == []


def test_staff_without_the_power_open_no_history_and_find_nothing(bob_browser, alice):
    bakery = carlas_bakery()

    answers = [
        bob_browser.get(f"/w/acme/audit/things/clients.client/{bakery.pk}/"),
        bob_browser.get(f"/w/acme/audit/people/{alice.membership_id}/"),
        bob_browser.get("/w/acme/audit/find/", {"q": "Alice"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Whole history" not in told(bob_browser.get(f"/w/acme/clients/{bakery.pk}/activity/"))


def test_people_and_things_are_found_by_name_and_lead_into_the_trail(alice, alice_browser):
    page = told(alice_browser.get("/w/acme/audit/find/", {"q": "Bob"}))
    client = told(alice_browser.get(f"/w/acme/clients/{carlas_bakery().pk}/activity/"))

    found = re.search(r"\?who=[0-9a-f-]+", page)
    assert found
    assert "Bob Staff" in told(alice_browser.get(f"/w/acme/audit/{found[0]}"))
    assert "Whole history" in client
    assert "Nothing is called so" in told(alice_browser.get("/w/acme/audit/find/", {"q": "zzzz"}))
