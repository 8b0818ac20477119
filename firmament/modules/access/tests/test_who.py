"""Who can see a thing: the exact list of people, each with the path, equal to asking everybody one by one."""

import pytest
from hypothesis import HealthCheck, given, settings

from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import assign_role, raise_wall
from firmament.kernel.policies.audience import audience_of
from firmament.kernel.policies.decide import allows
from firmament.kernel.policies.models import Role, Wall
from firmament.kernel.policies.tests.worlds import Drawn, Trial, drawn, world
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.firms.tests.factories import make_member

WHO = "/w/acme/access/who/"


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def told(answer) -> str:
    return answer.content.decode()


def by_brute_force(power: str, thing) -> set[tuple[str, object]]:
    """Everybody there is in the world, asked one by one."""
    staff = [Actor.of_staff(member) for member in Membership.objects.select_related("user")]
    clients = [Actor.of_client(user, current_firm_id()) for user in User.objects.all()]
    return {(actor.domain, actor.user_id) for actor in [*staff, *clients] if allows(actor, power, thing)}


def listed(power: str, thing) -> set[tuple[str, object]]:
    return {(seer.actor.domain, seer.actor.user_id) for seer in audience_of(power, thing).seers}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn())
def test_nobody_is_left_out_and_nobody_is_too_much(acme, drawn: Drawn) -> None:
    with world(drawn):
        for row in Wall.objects.all():
            audience = audience_of(Trial.DO, row)

            assert listed(Trial.DO, row) == by_brute_force(Trial.DO, row), drawn
            assert len(audience.seers) == len({seer.actor for seer in audience.seers})
            assert not {seer.actor for seer in audience.seers} & set(audience.walled)


@pytest.mark.parametrize("power", ["clients.view", "clients.edit", "documents.view_request"])
def test_it_is_exact_for_the_things_of_the_rooms(power, ada, alice, carla) -> None:
    make_member(role="read_only")
    make_wall(ada, bob())
    thing = make_request(alice) if power.startswith("documents.") else carlas_bakery()

    assert listed(power, thing) == by_brute_force(power, thing)


def test_each_has_the_path_by_which_they_see_it(ada, alice, carla) -> None:
    assign_role(ada, bob(), Role.objects.get(code="billing"))

    paths = {seer.actor.name: seer.paths for seer in audience_of("clients.view", carlas_bakery()).seers}

    assert paths["Bob Staff"] == ("Role: Billing, Staff",)
    assert paths["Alice Partner"] == ("Role: Partner",)
    assert "Portal access" in paths["Carla Client"][0] or "Open to clients" in paths["Carla Client"][0]
    assert all(paths.values()), "nobody is listed without a path"


def test_who_is_kept_away_by_a_wall_stands_apart(ada, alice_browser) -> None:
    make_wall(ada, bob())

    audience = audience_of("clients.view", carlas_bakery())
    page = told(alice_browser.get(WHO, {"kind": "clients.client", "subject": carlas_bakery().pk}))

    assert [actor.name for actor in audience.walled] == ["Bob Staff"]
    assert "Bob Staff" not in {seer.actor.name for seer in audience.seers}
    assert "Kept away by an ethical wall" in page


def test_the_page_lists_them_and_that_it_was_asked_is_written_down(alice_browser, carla, ledger) -> None:
    ledger.forget()

    page = told(alice_browser.get(WHO, {"kind": "clients.client", "subject": carlas_bakery().pk}))

    assert "Bob Staff" in page
    assert "Role: Staff" in page
    assert "Carla Client" in page
    assert ledger.codes() == ["policies.audience_asked"]
    assert ledger.entries()[0].payload["power"] == "clients.view"


def test_another_power_over_the_same_thing_can_be_asked_about(alice_browser) -> None:
    page = told(
        alice_browser.get(
            WHO, {"kind": "clients.client", "subject": carlas_bakery().pk, "power": "clients.archive"}
        )
    )

    assert "Alice Partner" in page.partition("People of the firm")[2]
    assert "Bob Staff" not in page.partition("People of the firm")[2]


def test_things_are_found_by_name_and_a_choice_asks_nothing_yet(alice, alice_browser, ledger) -> None:
    make_client(alice, name="Northwind")
    make_request(alice)
    ledger.forget()

    clients = told(alice_browser.get(WHO, {"q": "north"}))
    requests = alice_browser.get(WHO, {"kind": "documents.documentrequest"})

    assert "Northwind" in clients
    assert "Carla’s Bakery" not in clients.partition("main")[2].partition('id="choices"')[2]
    assert "?kind=documents.documentrequest&amp;subject=" in told(requests) or "subject=" in told(requests)
    assert ledger.codes() == []


def test_only_who_may_ask_is_told_and_only_about_what_they_see(
    ada, alice, alice_browser, bob_browser
) -> None:
    about = {"kind": "clients.client", "subject": carlas_bakery().pk}
    refused = bob_browser.get(WHO, about)
    raise_wall(
        ada,
        reason="x",
        membership=Membership.objects.get(pk=alice.membership_id),
        client_id=carlas_bakery().pk,
    )

    assert refused.status_code == 403
    assert alice_browser.get(WHO, about).status_code == 404


def test_the_way_there_stands_on_the_pages_of_things_for_those_who_may_ask(
    alice, alice_browser, bob_browser
) -> None:
    request = make_request(alice)

    for address in (f"/w/acme/clients/{carlas_bakery().pk}/", f"/w/acme/documents/requests/{request.pk}/"):
        assert "/access/who/?kind=" in told(alice_browser.get(address)), address
        assert "/access/who/" not in told(bob_browser.get(address)), address


def test_however_many_people_there_are_the_questions_stay_as_many(alice, queries) -> None:
    with queries() as few:
        audience_of("clients.view", carlas_bakery())
    for _n in range(8):
        make_member()

    with queries() as many:
        audience_of("clients.view", carlas_bakery())

    assert many.count == few.count <= 8
