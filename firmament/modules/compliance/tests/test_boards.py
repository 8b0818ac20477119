"""The boards: each figure is what asking one by one gives, and leads to just those rows."""

import csv
import io
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.models import Entry, RowChange
from firmament.kernel.policies.actions import assign_role, create_team, lift_wall, raise_wall
from firmament.kernel.policies.audience import audience_of
from firmament.kernel.policies.models import Role
from firmament.kernel.proof.models import Pending
from firmament.kernel.proof.verify import verify
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing import cluster
from firmament.kernel.testing.at_once import crowd
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.web.compliance import boards_for, every_board
from firmament.lib.instant import today
from firmament.lib.periods import period_of
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.compliance.reports import access, denials, powers, proof, regulated, trail
from firmament.modules.firms.tests.factories import make_member

HERE = "/w/acme/compliance/"
BERLIN = ZoneInfo("Europe/Berlin")


def period(kind="30"):
    return period_of(kind, today=today("Europe/Berlin"), zone=BERLIN, first=None, last=None)


def shown(actor, board, kind="30"):
    """Every tile's figures, as the page asks for them."""
    days = period(kind)
    found = {}
    for tile in board.tiles:
        answer = tile.report(actor, days)
        found[tile.key] = answer if tile.shape is None else tile.shape(answer, days)
    return found


def number(actor, board, key):
    return shown(actor, board)[key][key].value


def bob():
    return Membership.objects.get(user__email="bob@acme.example")


def text(answer):
    return answer.content.decode()


def test_every_board_that_a_room_declares_stands_and_is_called_by_its_own_name(alice):
    keys = [board.key for board in every_board()]
    tiles = [tile.key for board in every_board() for tile in board.tiles]

    assert {"access", "powers", "denials", "proof", "evidence"} <= set(keys)
    assert len(set(keys)) == len(keys) and len(set(tiles)) == len(tiles)
    assert [board.key for board in boards_for(alice)] == keys


def test_changes_of_power_are_counted_as_one_by_one(alice, ada, alice_browser):
    assign_role(ada, bob(), Role.objects.get(code="manager"))
    wall = raise_wall(alice, membership=bob(), client_id=make_client(ada).pk, reason="Brother")
    lift_wall(alice, wall, reason="Over")

    changes = Entry.objects.filter(category=Category.PERMISSIONS).exclude(code__endswith="power_denied")
    rows = [(powers.kind_of(row.code), row.user_id) for row in changes]
    found = shown(alice, powers.BOARD)
    for kind, n in Counter(kind for kind, _who in rows).items():
        condition = powers.narrowing()[kind]
        assert changes.filter(condition).count() == n
        if f"powers_{kind}" in found:
            assert found[f"powers_{kind}"][f"powers_{kind}"].value == n
    assert Counter(found["powers_kinds"].lines[0].values) == Counter(
        Counter(kind for kind, _who in rows).values()
    )
    people = found["powers_by_whom"]
    assert (
        dict(zip(people.labels, people.lines[0].values, strict=True))["Ada Admin"]
        == Counter(who for _kind, who in rows)[ada.user_id]
    )
    assert sum(found["powers_course"].lines[0].values) == len(rows)
    for url, n in zip(people.lines[0].urls, people.lines[0].values, strict=True):
        assert f"{n} change" in text(alice_browser.get(url))


def test_refusals_are_counted_by_person_power_and_day(alice, bob_browser, alice_browser):
    for _again in range(2):
        assert bob_browser.get("/w/acme/audit/").status_code == 403
    assert bob_browser.get(HERE).status_code == 403

    found = shown(alice, denials.BOARD)
    assert found["denials"]["denials"].value == 3 == Entry.objects.filter(code__in=trail.DENIED).count()
    assert found["denied_people"]["denied_people"].value == 1
    assert found["denied_powers"]["denied_powers"].value == 2
    assert found["denials_people"].labels == ("Bob Staff",)
    assert found["denials_powers"].lines[0].values == (2, 1)
    listed = text(alice_browser.get(found["denials_powers"].lines[0].urls[0]))
    assert "2 refusals" in listed and "Read the audit trail" in listed
    assert "3 refusals" in text(alice_browser.get(found["denials_people"].lines[0].urls[0]))


def test_what_a_wall_hides_is_in_no_figure(alice, ada, alice_browser):
    client = make_client(ada)
    before = number(alice, powers.BOARD, "powers_walls")
    raise_wall(ada, membership=bob(), client_id=client.pk, reason="Brother")
    assert number(alice, powers.BOARD, "powers_walls") == before + 1

    me = Membership.objects.get(user__email="alice@acme.example")
    raise_wall(ada, membership=me, client_id=client.pk, reason="Sister")

    assert number(alice, powers.BOARD, "powers_walls") == before
    assert number(ada, powers.BOARD, "powers_walls") == before + 2
    assert client.name not in text(alice_browser.get(f"{HERE}boards/access/"))


def test_who_sees_what_is_as_asking_everybody_about_every_client(alice, ada, carla):
    clients = [carlas_bakery(), *(make_client(ada, name=f"Client {at}") for at in range(3))]
    make_member(role="read_only")
    raise_wall(ada, membership=bob(), client_id=clients[1].pk, reason="Brother")

    found = access.reach(alice, period())

    wanted, sees = {}, Counter()
    for client in Client.objects.visible_to(alice):
        audience = audience_of("clients.view", client)
        wanted[client.pk] = (len(audience.staff), len(audience.clients))
        sees.update(seer.actor.membership_id for seer in audience.staff)
    best = sorted(((-sum(n), Client.objects.get(pk=pk).name, str(pk)) for pk, n in wanted.items()))[:10]
    assert [(-one.staff - one.people, one.name, str(one.id)) for one in found.most_seen] == best
    assert all(wanted[one.id] == (one.staff, one.people) for one in found.most_seen)
    assert {pk: n for pk, _name, n in found.widest if n} == {pk: n for pk, n in sees.items() if n}
    assert found.walls == 1


def test_the_proof_says_what_waits_and_what_was_found(alice):
    assert shown(alice, proof.BOARD)["proof_faults"]["proof_faults"].value is None
    verify(alice)

    found = shown(alice, proof.BOARD)
    waiting = Pending.objects.filter(firm_id=alice.firm_id, missing_at__isnull=True).count()
    assert found["proof_waiting"]["proof_waiting"].value == waiting
    assert found["proof_age"]["proof_age"].value == 0
    assert len(found["proof_verifications"].rows) == 1


def test_a_change_past_the_product_is_found_and_one_that_is_told_is_none(django_db_setup, django_db_blocker):
    def untold():
        return number(staff_actor("alice@acme.example"), regulated.BOARD, "untold")

    def looked_at():
        found = shown(staff_actor("alice@acme.example"), regulated.BOARD)
        assert found["regulated"]["regulated"].value == RowChange.objects.count()
        browser = browser_of("alice@acme.example")
        behind = text(browser.get(found["untold_where"].rows[0].url))
        return found["untold"]["untold"].value, found["untold_where"].rows[0].cells[:2], behind

    with django_db_blocker.unblock(), crowd("boards") as people:
        assert people.alone(untold) == 0
        listed = people.alone(lambda: text(browser_of("alice@acme.example").get(f"{HERE}untold/")))
        with cluster.superuser(people.database) as root:
            root.execute("UPDATE policies_role SET clearance = 'restricted' WHERE code = 'staff'")
        count, where, behind = people.alone(looked_at)
        people.alone(lambda: create_team(staff_actor("ada@acme.example"), name="Said"))

        assert "There is none, as it should be" in listed
        # Whose firm it is: the other's role was changed by the same statement, and is counted there.
        assert (count, where) == (1, ("policies_role", "Changed"))
        assert "policies_role" in behind and "There is none" not in behind
        assert people.alone(untold) == 1


def test_pages_stand_lead_to_their_rows_and_are_taken_out_with_their_own_power(alice_browser, alice, ledger):
    overview = text(alice_browser.get(HERE))
    for board in every_board():
        assert str(board.title) in overview
        page = text(alice_browser.get(f"{HERE}boards/{board.key}/?period=90"))
        assert "could not be drawn" not in page and "could not be made" not in page
        assert "period=90" in page
        for tile in board.tiles:
            assert str(tile.label) in page
    assert "could not be" not in overview
    assert alice_browser.get(f"{HERE}boards/nothing/").status_code == 404

    answer = alice_browser.post(f"{HERE}boards/powers/", {"export": "powers_by_whom"})
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    people = shown(alice, powers.BOARD)["powers_by_whom"]
    assert lines[1:] == [
        [label, str(n)] for label, n in zip(people.labels, people.lines[0].values, strict=True)
    ]
    assert ledger.codes()[-1] == "web.list_exported"


@pytest.mark.parametrize("path", ["", "boards/powers/", "powers/", "denials/", "untold/", "reports/"])
def test_they_are_closed_to_staff(path, bob_browser):
    assert bob_browser.get(f"{HERE}{path}").status_code == 403


def test_a_board_costs_the_same_for_one_and_for_twenty(alice_browser, ada, queries):
    costs = []
    for n in (1, 20):
        for _more in range(n):
            role = Role.objects.get(code="manager")
            assign_role(ada, make_member(role="read_only"), role)
            make_client(ada)
        found = {}
        for board in every_board():
            with queries() as asked:
                alice_browser.get(f"{HERE}boards/{board.key}/")
            found[board.key] = asked.count
        costs.append(found)

    assert costs[0] == costs[1]
    assert max(costs[1].values()) <= 18, costs[1]
