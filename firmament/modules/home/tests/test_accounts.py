"""Somebody who acts for two clients of one firm, in the portal."""

from datetime import timedelta

import pytest

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.actions import revoke_portal
from firmament.kernel.policies.scopes import Scope
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.tests.factories import make_client, make_portal_contact
from firmament.modules.documents.models import Submission
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission, pdf

PORTAL = "/portal/acme/"


@pytest.fixture
def carla_user(acme):
    return User.objects.get(email="carla@client.example")


@pytest.fixture
def trust(alice):
    return make_client(alice, name="Client Family Trust")


@pytest.fixture
def grant(alice, trust, carla_user):
    """Carla acts for the trust too."""
    return make_portal_contact(alice, trust, carla_user)


def choose(browser, client, *, at=PORTAL + "home/"):
    value = client.pk if client else ""
    return browser.post(
        PORTAL + "account/", {"account": value}, headers={"Referer": f"http://testserver{at}"}
    )


def text(answer):
    return answer.content.decode()


def test_who_acts_for_one_client_is_offered_no_choice(carla_browser):
    assert "account-menu" not in text(carla_browser.get(PORTAL + "home/"))


def test_the_choice_narrows_home_requests_and_details_to_one_client(alice, carla_browser, trust, grant):
    make_request(alice, title="Bakery papers")
    make_request(alice, client=trust, title="Trust papers")
    places = [PORTAL + "home/", PORTAL + "documents/"]
    both = [text(carla_browser.get(place)) for place in places]

    answer = choose(carla_browser, trust)

    assert (answer.status_code, answer["Location"]) == (303, PORTAL + "home/")
    assert all("Bakery papers" in page and "Trust papers" in page for page in both)
    assert "All accounts: switch account" in both[0]
    for place in places:
        page = text(carla_browser.get(place))
        assert "Trust papers" in page and "Bakery papers" not in page
        assert "Client Family Trust: switch account" in page
    details = text(carla_browser.get(PORTAL + "clients/"))
    assert "People at Client Family Trust" in details and "People at Carla" not in details


def test_all_accounts_are_there_again_when_chosen(alice, carla_browser, trust, grant):
    make_request(alice, title="Bakery papers")
    choose(carla_browser, trust)

    choose(carla_browser, None)

    assert "Bakery papers" in text(carla_browser.get(PORTAL + "home/"))


def test_a_grant_taken_back_leaves_the_others_and_no_way_to_the_one(alice, carla_browser, trust, grant):
    make_request(alice, title="Bakery papers")
    closed = make_request(alice, client=trust, title="Trust papers")
    choose(carla_browser, trust)

    revoke_portal(alice, grant)
    home = carla_browser.get(PORTAL + "home/")
    chosen_again = choose(carla_browser, trust)

    assert "Bakery papers" in text(home) and "Trust papers" not in text(home)
    assert "account-menu" not in text(home)
    assert chosen_again.status_code == 303
    assert "You do not act for that client any more" in text(carla_browser.get(PORTAL + "home/"))
    assert carla_browser.get(f"{PORTAL}documents/{closed.pk}/").status_code == 404


def test_a_client_in_the_bin_is_no_account(alice, carla_browser, trust, grant):
    make_request(alice, title="Bakery papers")
    choose(carla_browser, trust)

    bin_client(alice, trust)

    assert "Bakery papers" in text(carla_browser.get(PORTAL + "home/"))


def test_a_strangers_client_and_a_missing_one_are_refused_alike(alice, carla_browser, trust, grant):
    stranger = make_client(alice)
    answers = []
    for wanted in (str(stranger.pk), "0197b1e4-0000-7000-8000-000000000000", "nonsense", "\x00"):
        carla_browser.post(PORTAL + "account/", {"account": wanted})
        answers.append(text(carla_browser.get(PORTAL + "clients/")))

    assert all("You do not act for that client any more" in answer for answer in answers)
    assert all("People at Carla" in answer and "People at Client Family" in answer for answer in answers)
    assert not any(stranger.name in answer for answer in answers)


def test_the_choice_ends_with_the_session(alice, carla_browser, carla_user, trust, grant):
    make_request(alice, title="Bakery papers")
    choose(carla_browser, trust)

    carla_browser.logout()
    carla_browser.force_login(carla_user)

    assert "Bakery papers" in text(carla_browser.get(PORTAL + "home/"))


def test_a_link_to_another_account_opens_it_and_says_so(alice, carla_browser, trust, grant):
    bakery = make_request(alice, title="Bakery papers")
    choose(carla_browser, trust)

    moved = carla_browser.get(f"{PORTAL}documents/{bakery.pk}/?from=letter")
    page = text(carla_browser.get(moved["Location"]))

    assert moved["Location"] == f"{PORTAL}documents/{bakery.pk}/?from=letter"
    assert "Bakery papers" in page and "You now see “Carla’s Bakery”." in page
    assert "Carla’s Bakery: switch account" in page


def test_a_link_to_another_account_costs_the_same_for_three_accounts_and_for_twelve(
    alice, carla_browser, carla_user, trust, grant, queries
):
    """Not a page more for each client: they are not tried one after another."""
    links = []
    for accounts in (3, 12):
        for _ in range(accounts - len(links) - 2):
            make_portal_contact(alice, make_client(alice), carla_user)
        last = make_client(alice, name=f"Zebra {accounts}")
        make_portal_contact(alice, last, carla_user)
        links.append(f"{PORTAL}documents/{make_request(alice, client=last).pk}/")
    counted = []
    for link in (links[0], links[1]):
        choose(carla_browser, trust)
        with queries() as asked:
            moved = carla_browser.get(link)
        counted.append(asked.count)
        assert moved.status_code == 302

    assert counted[0] == counted[1]


def test_choosing_on_a_page_of_one_client_leads_home_and_not_back_to_it(alice, carla_browser, trust, grant):
    bakery = make_request(alice)

    answer = choose(carla_browser, trust, at=f"{PORTAL}documents/{bakery.pk}/")

    assert answer["Location"] == PORTAL


def test_choosing_never_leads_out_of_the_portal(carla_browser, trust, grant):
    referers = {"Referer": "https://evil.example/portal/acme/home/"}

    answer = carla_browser.post(PORTAL + "account/", {"account": trust.pk}, headers=referers)

    assert answer["Location"] == PORTAL


def test_what_stood_open_before_the_choice_is_still_taken(alice, carla_browser, trust, grant):
    item = item_of(make_request(alice, title="Bakery papers"))
    choose(carla_browser, trust)

    sent = carla_browser.post(f"{PORTAL}documents/items/{item.pk}/files/", {"file": pdf()})
    carla_browser.get(sent["Location"])
    page = text(carla_browser.get(sent["Location"]))

    assert Submission.objects.filter(item=item).count() == 1
    assert "Received. We check it" in page and "You now see “Carla’s Bakery”." in page


def test_a_poll_of_a_page_that_stands_open_changes_no_choice(alice, carla_browser, trust, grant):
    item = item_of(make_request(alice, title="Bakery papers"))
    make_request(alice, client=trust, title="Trust papers")
    choose(carla_browser, trust)
    htmx = {"HX-Request": "true", "HX-Target": f"files-{item.pk}"}

    poll = carla_browser.get(f"{PORTAL}documents/items/{item.pk}/files/", headers=htmx)

    assert poll.status_code == 200
    assert "Bakery papers" not in text(carla_browser.get(PORTAL + "home/"))


def test_somebody_elses_page_stays_missing_whatever_is_chosen(alice, carla_browser, trust, grant):
    other = make_request(alice, client=make_client(alice), title="Strange papers")
    choose(carla_browser, trust)

    foreign = carla_browser.get(f"{PORTAL}documents/{other.pk}/")
    missing = carla_browser.get(f"{PORTAL}documents/0197b1e4-0000-7000-8000-000000000000/")

    assert foreign.status_code == missing.status_code == 404
    assert "Client Family Trust: switch account" in text(carla_browser.get(PORTAL + "home/"))


def test_a_download_from_another_account_is_recorded_once(alice, carla_browser, trust, grant):
    submission = make_submission(alice, item_of(make_request(alice)))
    choose(carla_browser, trust)
    before = Entry.objects.count()

    moved = carla_browser.get(f"{PORTAL}documents/submissions/{submission.pk}/file/")
    answer = carla_browser.get(moved["Location"], follow=True)
    list(answer.streaming_content)

    assert answer.status_code == 200
    assert Entry.objects.count() == before + 1


def test_the_menu_is_what_the_chosen_client_granted(alice, carla_browser, carla_user):
    closed = make_client(alice, name="Details Only")
    make_portal_contact(alice, closed, carla_user, scopes=frozenset({Scope.CONTACTS_READ}))

    choose(carla_browser, closed)
    page = text(carla_browser.get(PORTAL + "home/"))

    assert "/portal/acme/clients/" in page
    assert "/portal/acme/documents/" not in page


def test_two_accounts_cost_one_more_question_and_twenty_no_more(
    alice, carla_browser, carla_user, queries, trust
):
    make_request(alice, due_on=now().date() + timedelta(days=3))
    carla_browser.get(PORTAL + "home/")
    with queries() as alone:
        carla_browser.get(PORTAL + "home/")
    make_portal_contact(alice, trust, carla_user)
    with queries() as two:
        carla_browser.get(PORTAL + "home/")
    for _ in range(5):
        make_portal_contact(alice, make_client(alice), carla_user)
    with queries() as several:
        carla_browser.get(PORTAL + "home/")

    assert two.count == several.count == alone.count + 1
