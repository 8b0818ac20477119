"""What people see of sample things."""

from datetime import timedelta

from firmament.lib.instant import today
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.tests.factories import make_sample_thing

HERE = "/w/acme/sample_things/"


def text(response):
    return response.content.decode()


def test_one_is_added_on_the_clients_page_changed_finished_and_reopened(alice_browser, alice):
    client = carlas_bakery()
    before = text(alice_browser.get(f"/w/acme/clients/{client.pk}/"))
    made = alice_browser.post(f"{HERE}new/{client.pk}/", {"title": "First words"})
    sample_thing = SampleThing.objects.get(title="First words")
    page = f"{HERE}{sample_thing.pk}/"

    alice_browser.post(f"{page}edit/", {"title": "Second words", "note": "Why so"})
    finished = text(alice_browser.post(f"{page}finish/", follow=True))
    late = text(alice_browser.post(f"{page}finish/", follow=True))
    alice_browser.post(f"{page}reopen/")

    assert f"{HERE}new/{client.pk}/" in before
    assert made["Location"] == page
    assert "“Second words” is done." in finished
    assert "Somebody was faster" in late
    sample_thing.refresh_from_db()
    assert (sample_thing.state, sample_thing.note) == ("open", "Why so")
    assert "Second words" in text(alice_browser.get(f"/w/acme/clients/{client.pk}/"))


def test_a_form_without_a_title_comes_back_with_what_was_typed(alice_browser):
    answer = alice_browser.post(f"{HERE}new/{carlas_bakery().pk}/", {"title": " ", "note": "Kept"})

    assert answer.status_code == 422
    assert "Kept" in text(answer)
    assert not SampleThing.objects.filter(note="Kept").exists()


def test_the_list_costs_the_same_for_one_and_for_twenty(alice_browser, alice, queries):
    make_sample_thing(alice)
    with queries() as one:
        alice_browser.get(HERE)
    for _ in range(19):
        make_sample_thing(alice, make_client(alice))

    with queries() as twenty:
        alice_browser.get(HERE)

    assert twenty.count == one.count <= 8, twenty.statements


def test_what_is_done_is_not_late_in_the_list(alice_browser, alice):
    yesterday = today("Europe/Berlin") - timedelta(days=1)
    make_sample_thing(alice, due_on=yesterday)
    make_sample_thing(alice, due_on=yesterday, done=True)

    assert text(alice_browser.get(HERE)).count("1 day late") == 1


def test_a_figure_of_the_overview_leads_to_as_many_rows(alice_browser, alice):
    day = today("Europe/Berlin")
    make_sample_thing(alice, done=True)
    late = make_sample_thing(alice, due_on=day - timedelta(days=1))

    board = text(alice_browser.get(f"{HERE}overview/"))
    rows = text(alice_browser.get(f"{HERE}?created_from={day}&created_to={day}"))

    assert f"?created_from={day - timedelta(days=29)}&amp;created_to={day}" in board
    assert "1 were finished, 2 were added" in board
    assert f"1 of {late.client.name} is past its day" in board
    assert "2 sample things" in rows
