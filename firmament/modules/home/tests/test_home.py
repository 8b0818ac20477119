"""What a person sees first."""

from datetime import timedelta

from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission


def test_staff_see_what_waits_and_what_is_late(alice, alice_browser):
    waiting = make_request(alice, title="Waiting papers")
    make_submission(alice, item_of(waiting))
    make_request(alice, title="Late papers", due_on=now().date() - timedelta(days=2))

    text = alice_browser.get("/w/acme/home/").content.decode()

    assert "Waiting papers" in text
    assert "Late papers" in text
    assert "handed in statement.pdf" in text


def test_an_empty_day_says_so(alice_browser, acme):
    text = alice_browser.get("/w/acme/home/").content.decode()

    assert "Nothing to check" in text


def test_a_client_sees_one_next_step_and_it_is_the_most_urgent(alice, carla_browser):
    make_request(alice, title="Later papers", due_on=now().date() + timedelta(days=20))
    make_request(alice, title="Urgent papers", due_on=now().date() + timedelta(days=2))

    text = carla_browser.get("/portal/acme/home/").content.decode()

    assert text.index("Urgent papers") < text.index("Later papers")
    assert text.count("Your next step") == 1


def test_a_client_with_everything_handed_in_has_nothing_to_do(alice, carla_browser):
    request = make_request(alice)
    for position in (0, 1):
        make_submission(alice, item_of(request, position), name=f"{position}.pdf")

    text = carla_browser.get("/portal/acme/home/").content.decode()

    assert "Nothing to do" in text
    assert "Your firm is looking at" in text


def test_another_clients_requests_are_not_on_the_clients_page(alice, carla_browser):
    make_request(alice, client=make_client(alice), title="Somebody else's papers")

    assert "Somebody else" not in carla_browser.get("/portal/acme/home/").content.decode()


def test_the_day_costs_the_same_for_one_request_and_for_ten(alice, alice_browser, queries):
    make_request(alice)
    alice_browser.get("/w/acme/home/")
    with queries() as one:
        alice_browser.get("/w/acme/home/")
    for _ in range(9):
        make_request(alice)

    with queries() as ten:
        alice_browser.get("/w/acme/home/")

    assert ten.count == one.count <= 13
