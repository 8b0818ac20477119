"""Saved views: a part of the address under a name, shared or not, and never more than the reader may see."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, connection, transaction

from firmament.kernel.policies.actions import add_to_team, assign_role
from firmament.kernel.policies.decide import Denied, allows
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.models import SavedView, ViewDefault
from firmament.kernel.web.policies import Can
from firmament.kernel.web.view_actions import edit_view, open_with, remove_view, save_view, update_view

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/list/"
LIST = "trial.teams"


@pytest.fixture
def teams(acme):
    return [Team.objects.create(name=name) for name in ("Audit", "Books", "Advice", "Tax", "Brief", "Zürich")]


@pytest.fixture
def view(alice):
    return save_view(alice, list_name=LIST, title="With B", query="start=B&columns=name&sort=-name")


def role(code):
    return Role.objects.get(code=code)


def share(actor, view, roles=()):
    edit_view(actor, view, title=view.title, sharing="firm", role_ids=[role(code).pk for code in roles])


def names(answer):
    return re.findall(r'class="cell-title" href="[^"]+">([^<]+)<', answer.content.decode())


def row(answer):
    """The titles in the row of views."""
    return re.findall(r'class="view-link"[^>]*>.*?([^<>]+)<(?:/span|/a)', answer.content.decode())


def test_what_is_shown_is_saved_under_a_name_and_shown_again(alice_browser, teams, ledger):
    shown = f"{URL}?start=B&columns=name&sort=-name&after=x&nonsense=1"
    answer = alice_browser.post(shown, {"view_step": "save", "title": " With B "}, follow=True)

    view = SavedView.objects.get()
    assert (view.title, view.query, view.sharing) == ("With B", "start=B&columns=name&sort=-name", "private")
    assert names(answer) == ["Brief", "Books"]
    assert "View saved" in answer.content.decode()
    assert row(answer) == ["All", "With B"]
    assert ledger.codes() == ["web.view_saved"]


def test_a_list_without_views_shows_no_row_of_them(alice_browser, teams):
    assert row(alice_browser.get(URL)) == []


def test_a_view_asks_for_what_still_exists(alice, alice_browser, teams):
    view = save_view(alice, list_name=LIST, title="Old", query="gone=1&columns=lost&sort=lost&start=B&q=oo")

    page = alice_browser.get(URL).content.decode()
    link = next(u for u in re.findall(r'class="view-link" href="([^"]+)"', page) if str(view.pk) in u)

    assert parse_qs(urlsplit(link.replace("&amp;", "&")).query) == {
        "view": [str(view.pk)],
        "start": ["B"],
        "q": ["oo"],
    }
    assert names(alice_browser.get(link.replace("&amp;", "&"))) == ["Books"]


def test_a_changed_view_says_so_and_is_updated(alice, alice_browser, teams, view, ledger):
    shown = f"{URL}?view={view.pk}&start=A"
    page = alice_browser.get(shown).content.decode()
    alice_browser.post(shown, {"view_step": "update"})

    assert "(changed)" in page
    assert "Update “With B”" in page
    assert SavedView.objects.get().query == "start=A"
    assert ledger.codes()[-1] == "web.view_changed"
    assert "(changed)" not in alice_browser.get(shown).content.decode()


def test_a_private_view_is_seen_by_its_owner_alone(bob, bob_browser, alice_browser, teams, view):
    assert row(bob_browser.get(URL)) == []
    assert bob_browser.get(f"{URL}?edit_view={view.pk}").status_code == 404
    assert bob_browser.post(f"{URL}?view={view.pk}", {"view_step": "remove"}).status_code == 404
    assert bob_browser.post(f"{URL}?view={view.pk}", {"view_step": "open"}).status_code == 404
    with pytest.raises(Denied):
        remove_view(bob, view)


def test_a_view_shared_with_the_firm_is_seen_and_not_changed_by_others(alice, bob, bob_browser, teams, view):
    share(alice, view)

    page = bob_browser.get(f"{URL}?view={view.pk}&start=A")
    assert row(page)[1].startswith("With B")
    assert "Update “" not in page.content.decode()
    assert bob_browser.post(f"{URL}?view={view.pk}&start=A", {"view_step": "update"}).status_code == 403
    assert SavedView.objects.get().query.startswith("start=B")


def test_a_view_shared_with_a_team_is_seen_by_its_members(ada, alice, bob, bob_browser, teams, view):
    team = teams[0]
    edit_view(alice, view, title="With B", sharing="teams", team_ids=[team.pk])
    before = row(bob_browser.get(URL))
    add_to_team(ada, team, Membership.objects.get(pk=bob.membership_id))

    assert before == []
    assert row(bob_browser.get(URL)) == ["All", "With B"]
    assert allows(bob, Can.VIEW_SAVED_VIEW, view)


def test_only_who_may_share_shares(bob):
    view = save_view(bob, list_name=LIST, title="Mine", query="")

    with pytest.raises(Denied):
        edit_view(bob, view, title="Mine", sharing="firm")
    with pytest.raises(Denied):
        edit_view(bob, view, title="Mine", sharing="private", role_ids=[role("staff").pk])

    edit_view(bob, view, title="Renamed", sharing="private")
    view.refresh_from_db()
    assert (view.title, view.sharing) == ("Renamed", "private")
    assert not ViewDefault.objects.exists()


def test_a_removed_view_comes_back_by_undo(alice_browser, teams, view, ledger):
    answer = alice_browser.post(f"{URL}?view={view.pk}", {"view_step": "remove"}, follow=True)
    undo = re.search(r'action="([^"]+view_step=restore[^"]+)"', answer.content.decode()).group(1)
    gone = row(answer)

    back = alice_browser.post(undo.replace("&amp;", "&"), follow=True)

    assert gone == []
    assert row(back) == ["All", "With B"]
    assert ledger.codes() == ["web.view_removed", "web.view_restored"]


def test_a_view_does_not_come_back_over_another_of_its_name(alice, alice_browser, teams, view):
    remove_view(alice, view)
    save_view(alice, list_name=LIST, title="With B", query="")

    answer = alice_browser.post(f"{URL}?view_step=restore&view={view.pk}", follow=True)

    assert b"You have a view of this name already." in answer.content
    assert SavedView.objects.standing().count() == 1


def test_a_list_opens_with_what_the_person_chose_and_all_is_one_press_away(alice, alice_browser, teams, view):
    open_with(alice, list_name=LIST, view=view)

    opened = alice_browser.get(URL)
    assert opened.status_code == 302
    assert names(alice_browser.get(opened["Location"])) == ["Brief", "Books"]
    assert names(alice_browser.get(f"{URL}?view=all")) == ["Advice", "Audit", "Books"]
    assert alice_browser.get(URL, headers={"HX-Request": "true", "HX-Target": "div#rows"}).status_code == 200


def test_taking_the_last_filter_away_is_not_opening_the_list_anew(alice, alice_browser, teams, view):
    open_with(alice, list_name=LIST, view=view)

    page = alice_browser.get(f"{URL}?start=A").content.decode()

    chip = re.search(r'class="chip" href="([^"]+)"', page).group(1)
    assert names(alice_browser.get(chip)) == ["Advice", "Audit", "Books"]


def test_a_role_begins_with_a_shared_view_until_a_person_chooses(alice, bob, bob_browser, teams, view):
    share(alice, view, roles=("staff",))
    assert bob_browser.get(URL).status_code == 302

    open_with(bob, list_name=LIST, view=None)
    assert bob_browser.get(URL).status_code == 200


def test_of_two_roles_the_later_choice_counts(ada, alice, bob, bob_browser, teams, view):
    assign_role(ada, Membership.objects.get(pk=bob.membership_id), role("billing"))
    other = save_view(alice, list_name=LIST, title="With A", query="start=A")
    share(alice, view, roles=("staff",))
    share(alice, other, roles=("billing",))
    ViewDefault.objects.filter(view=view).update(created_at=view.created_at)

    assert str(other.pk) in bob_browser.get(URL)["Location"]


def test_a_view_that_is_private_again_opens_for_nobody_else(alice, bob_browser, teams, view):
    share(alice, view, roles=("staff",))
    edit_view(alice, view, title="With B", sharing="private")

    assert bob_browser.get(URL).status_code == 200
    assert not ViewDefault.objects.exists()


def test_the_form_names_shares_and_chooses_roles(alice, alice_browser, teams, view):
    address = f"{URL}?edit_view={view.pk}"
    form = alice_browser.get(address)
    sent = {"view_step": "edit", "title": "Ours", "sharing": "teams"}
    refused = alice_browser.post(address, sent)
    done = alice_browser.post(
        address, {**sent, "teams": [str(teams[0].pk)], "roles": [str(role("staff").pk)]}
    )

    assert b"Who sees it" in form.content
    assert refused.status_code == 422
    assert b"Choose at least one team." in refused.content
    assert done.status_code == 303
    view.refresh_from_db()
    assert (view.title, view.sharing) == ("Ours", "teams")
    assert ViewDefault.objects.get().role == role("staff")


@pytest.mark.parametrize("title", ["", "   ", "x" * 61, "With B"])
def test_a_name_that_will_not_do_is_refused_in_words(alice_browser, teams, view, title):
    answer = alice_browser.post(f"{URL}?start=A", {"view_step": "save", "title": title}, follow=True)

    assert answer.status_code == 422
    assert f'value="{title}"'.encode() in answer.content
    assert b'aria-invalid="true"' in answer.content
    assert SavedView.objects.count() == 1


def test_a_view_of_one_list_is_no_view_of_another(alice, alice_browser, teams):
    save_view(alice, list_name="other.list", title="Elsewhere", query="")

    assert row(alice_browser.get(URL)) == []


def test_views_cost_one_query_however_many(alice, alice_browser, teams, queries):
    save_view(alice, list_name=LIST, title="One", query="")
    with queries() as one:
        alice_browser.get(URL)
    for number in range(12):
        save_view(alice, list_name=LIST, title=f"View {number}", query="")

    with queries() as many:
        answer = alice_browser.get(URL)

    assert many.count == one.count <= 8
    assert len(row(answer)) == 7
    assert answer.content.count(b"View 9") == 1


def test_the_row_comes_with_the_fragment(alice_browser, teams, view):
    headers = {"HX-Request": "true", "HX-Target": "div#rows", "HX-Request-Type": "partial"}
    answer = alice_browser.get(f"{URL}?view={view.pk}&start=A", headers=headers).content.decode()

    assert '<div id="views-row" hx-swap-oob="true">' in answer
    assert "(changed)" in answer


def test_a_view_of_another_firm_does_not_exist(gina_browser, alice, view):
    share(alice, view)

    url = URL.replace("acme", "globex")
    assert row(gina_browser.get(url)) == []
    assert gina_browser.get(f"{url}?edit_view={view.pk}").status_code == 404


def test_an_unknown_step_is_refused(alice_browser, teams):
    assert alice_browser.post(URL, {"view_step": "explode"}).status_code == 400


def test_the_database_keeps_a_default_to_one_reader(alice, view):
    with pytest.raises(IntegrityError, match="viewdefault_is_for_one"), transaction.atomic():
        ViewDefault.objects.create(list_name=LIST, view=view)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_update_changes_only_what_the_view_shows(alice, view):
    share(alice, view)
    update_view(alice, view, query="start=A")

    view.refresh_from_db()
    assert (view.title, view.sharing, view.query) == ("With B", "firm", "start=A")
