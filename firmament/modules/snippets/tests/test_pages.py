"""The room's pages: the library, one snippet, writing it, governing it."""

import pytest

from firmament.kernel.labels.models import Folder, Tag
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.wording.filling import Place
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.snippets.actions.governing import archive_snippet
from firmament.modules.snippets.actions.sharing import share_snippet
from firmament.modules.snippets.actions.writing import change_snippet
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, make_snippet, thanks, waiting_approval

LIST = "/w/acme/snippets/"


def at(snippet, further=""):
    return f"{LIST}{snippet.pk}/{further}"


def filled_in(**said):
    return {
        "title": "Bank statements",
        "key": "",
        "shortcut": "bank",
        "description": "",
        "reach": "private",
        "team": "",
        "folder": "",
        "contexts": ["note"],
        "tags": "accounts, tax",
        "language": ["en"],
        "body_en": "Please send them by {{ due_on | date }}.",
        "rows": "1",
        "ask_0_name": "due_on",
        "ask_0_label": "Due on",
        "ask_0_type": "date",
        "ask_0_required": "on",
        "based_on": "0",
        **said,
    }


def test_the_library_shows_what_this_person_has_and_nothing_else(alice, bob, bob_browser):
    make_snippet(alice, title="Alice’s own")
    make_snippet(bob, title="Bob’s own")

    page = bob_browser.get(LIST).content.decode()

    assert "Bob’s own" in page
    assert "Thanks" in page
    assert "Alice’s own" not in page


def test_the_library_costs_the_same_for_one_and_for_twenty(bob, bob_browser, queries):
    bob_browser.get(LIST)
    with queries() as one:
        bob_browser.get(LIST)
    for number in range(19):
        make_snippet(bob, tags=(f"tag {number}",))

    with queries() as twenty:
        bob_browser.get(LIST)

    assert twenty.count == one.count <= 8


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=than", {"Thanks"}),
        ("q=ty", {"Thanks"}),
        ("state=active", {"Thanks", "Tax note"}),
        ("state=draft", {"Half done"}),
        ("reach=private", {"Tax note", "Half done"}),
        ("for=email", {"Thanks"}),
    ],
)
def test_filters_leave_what_they_say(bob, bob_browser, asked, found):
    make_snippet(bob, title="Tax note")
    make_snippet(bob, title="Half done", used=False)

    page = bob_browser.get(f"{LIST}?{asked}").content.decode()

    assert {title for title in ("Thanks", "Tax note", "Half done") if f">{title}<" in page} == found


def test_a_folder_shows_what_lies_in_it_and_below(alice, alice_browser):
    letters = Folder.objects.get(name="Letters")
    make_snippet(alice, title="Elsewhere")

    page = alice_browser.get(f"{LIST}?folder={letters.pk}").content.decode()

    assert ">Thanks<" in page
    assert ">Elsewhere<" not in page


def test_a_tag_shows_what_carries_it(bob, bob_browser):
    make_snippet(bob, title="Tagged", tags=("tax",))
    make_snippet(bob, title="Plain")

    page = bob_browser.get(f"{LIST}?tag={Tag.objects.get(name='tax').pk}").content.decode()

    assert ">Tagged<" in page
    assert ">Plain<" not in page


def test_the_export_holds_what_its_reader_has(alice, bob, bob_browser):
    make_snippet(alice, title="Alice’s own")

    export = bob_browser.post(LIST, {"export": "csv"})

    text = b"".join(export.streaming_content if export.streaming else [export.content]).decode()
    assert "Thanks" in text
    assert "Alice’s own" not in text


def test_archiving_many_is_asked_first_and_can_be_taken_back(bob, bob_browser):
    mine = [make_snippet(bob) for _ in range(3)]
    chosen = {"bulk": "archive", "selected": [str(snippet.pk) for snippet in mine]}

    asked = bob_browser.post(LIST, chosen).content.decode()
    assert "3 snippets" in asked
    bob_browser.post(LIST, {**chosen, "confirmed": "yes"})
    assert Snippet.objects.filter(pk__in=[s.pk for s in mine], state="archived").count() == 3
    undo = bob_browser.session["bulk_undo"]["name"]
    bob_browser.post(f"{LIST}?undo={undo}")

    assert Snippet.objects.filter(pk__in=[s.pk for s in mine], state="active").count() == 3


def test_many_go_into_a_folder_at_once(alice, alice_browser):
    letters = Folder.objects.get(name="Letters")
    mine = [make_snippet(alice) for _ in range(2)]

    alice_browser.post(
        LIST,
        {
            "bulk": "folder",
            "selected": [str(snippet.pk) for snippet in mine],
            "confirmed": "yes",
            "choice": str(letters.pk),
        },
    )

    assert {Snippet.objects.get(pk=s.pk).folder_id for s in mine} == {letters.pk}


def test_writing_one_with_a_field_keeps_all_of_it(bob_browser):
    answer = bob_browser.post(f"{LIST}new/", filled_in())

    snippet = Snippet.objects.get(key="bank-statements")
    version = SnippetVersion.objects.latest_of(snippet)
    assert answer.status_code == 303
    assert (snippet.shortcut, snippet.contexts) == ("bank", ["note"])
    assert version.fields == [{"name": "due_on", "type": "date", "label": "Due on"}]


def test_what_is_wrong_with_a_text_stands_below_it_and_what_was_typed_stays(bob_browser):
    answer = bob_browser.post(f"{LIST}new/", filled_in(body_en="Dear {{ client.nmae }}", rows="0"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "client.name" in page
    assert "Dear {{ client.nmae }}" in page
    assert not Snippet.objects.filter(title="Bank statements").exists()


@pytest.mark.parametrize(
    ("more", "shown"),
    [({"more": "language", "new_language": "de"}, "body_de"), ({"more": "field"}, "ask_1_name")],
)
def test_one_more_language_or_field_saves_nothing_and_keeps_what_was_typed(bob_browser, more, shown):
    page = bob_browser.post(f"{LIST}new/", filled_in(**more)).content.decode()

    assert f'name="{shown}"' in page
    assert "Please send them by" in page
    assert not Snippet.objects.filter(title="Bank statements").exists()


@pytest.mark.parametrize("sent", [["xx"], [], ["0b2f4c1e-0000-4000-8000-000000000000"]])
@pytest.mark.parametrize("more", [{}, {"more": "field"}])
def test_no_language_that_is_known_is_asked_for_the_text_again(bob_browser, sent, more):
    typed = {name: value for name, value in filled_in(language=sent, **more).items() if name != "body_en"}
    answer = bob_browser.post(f"{LIST}new/", typed)

    assert answer.status_code == (200 if more else 422)
    assert 'name="body_en"' in answer.content.decode()
    assert not Snippet.objects.filter(title="Bank statements").exists()


def test_the_check_while_typing_says_what_saving_would(bob_browser):
    wrong = bob_browser.post(f"{LIST}check/", filled_in(rows="0")).content.decode()
    right = bob_browser.post(f"{LIST}check/", filled_in()).content.decode()

    assert "due_on" in wrong
    assert "Everything in this text is known" in right
    assert not Snippet.objects.filter(title="Bank statements").exists()


def test_changing_it_from_an_older_version_is_refused_and_says_so(bob, bob_browser):
    snippet = make_snippet(bob, "One.")
    change_snippet(bob, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)

    answer = bob_browser.post(
        at(snippet, "edit/"), filled_in(body_en="Mine.", rows="0", shortcut="", based_on="1")
    )

    assert answer.status_code == 422
    assert SnippetVersion.objects.latest_of(snippet).bodies == {"en": "Two."}


def test_nobody_opens_the_form_of_what_is_not_theirs_to_change(bob_browser):
    back = bob_browser.get(at(thanks(), "edit/"), follow=True)
    assert "It is not yours to change" in back.content.decode()


def test_its_page_shows_the_text_filled_in_with_examples_and_for_a_client(bob, bob_browser):
    bakery = carlas_bakery()

    example = bob_browser.get(at(thanks())).content.decode()
    shown = bob_browser.post(
        at(thanks(), "preview/"), {"preview": "1", "client": str(bakery.pk), "locale": "en"}
    ).content.decode()

    assert "Thank you, Carla’s Bakery." in example
    assert f"Thank you, {bakery.name}" in shown.replace("&#x27;", "'")
    assert thanks().use_count == 0


def test_its_page_costs_the_same_however_much_hangs_on_it(alice, bob, alice_browser, queries):
    snippet = thanks()
    place = Place(channel="email", client_id=carlas_bakery().pk)
    insert_snippet(bob, snippet.pk, values={}, place=place)
    alice_browser.get(at(snippet))
    with queries() as few:
        alice_browser.get(at(snippet))
    for _ in range(5):
        insert_snippet(bob, snippet.pk, values={}, place=place)
        make_snippet(alice, "{% snippet 'thanks' %}")

    with queries() as many:
        alice_browser.get(at(snippet))

    assert many.count <= few.count + 1


def test_approval_goes_its_way_from_page_to_page(alice, ada_browser, alice_browser):
    snippet = make_snippet(alice, used=False, reach="firm", contexts=("email",))

    alice_browser.post(at(snippet, "ask/"), {"note": "Please read"})
    assert "Please read" in ada_browser.get(at(snippet)).content.decode()
    assert waiting_approval(snippet).note == "Please read"
    refused = ada_browser.post(at(snippet, "send-back/"), {"comment": ""})
    assert refused.status_code == 422
    ada_browser.post(at(snippet, "send-back/"), {"comment": "Too long"})
    alice_browser.post(at(snippet, "ask/"), {})
    ada_browser.post(at(snippet, "approve/"))

    snippet.refresh_from_db()
    assert snippet.state == "active"


def test_the_steps_of_its_page_do_what_they_say(bob, bob_browser):
    old, new = make_snippet(bob, used=False), make_snippet(bob)

    bob_browser.post(at(old, "set/use/"))
    bob_browser.post(at(old, "replace/"), {"replacement": str(new.pk)})
    old.refresh_from_db()
    assert (old.state, old.replacement_id) == ("deprecated", new.pk)
    bob_browser.post(at(old, "set/offer/"))
    bob_browser.post(at(old, "set/archive/"))
    bob_browser.post(at(old, "set/unarchive/"))

    old.refresh_from_db()
    assert old.state == "active"
    assert bob_browser.post(at(old, "set/nonsense/")).status_code == 404


def test_versions_are_compared_and_brought_back(bob, bob_browser):
    snippet = make_snippet(bob, "One word.")
    change_snippet(bob, snippet, draft_of(snippet, bodies={"en": "Another word."}), based_on=1)

    page = bob_browser.get(at(snippet, "history/")).content.decode()
    bob_browser.post(at(snippet, "restore/"), {"number": "1"})

    assert "Another" in page
    assert SnippetVersion.objects.latest_of(snippet).bodies == {"en": "One word."}


def test_the_history_of_what_is_not_shared_is_not_there(alice, bob_browser):
    snippet = make_snippet(alice)

    for further in ("", "history/", "edit/"):
        assert bob_browser.get(at(snippet, further)).status_code == 404


def test_sharing_from_its_page_and_taking_it_back(alice, bob, alice_browser, bob_browser):
    snippet = make_snippet(alice)
    whom = {"member": str(bob.membership_id), "team": "", "level": "use"}

    assert (
        alice_browser.post(at(snippet, "share/"), {"member": "", "team": "", "level": "use"}).status_code
        == 422
    )
    alice_browser.post(at(snippet, "share/"), whom)
    assert bob_browser.get(at(snippet)).status_code == 200
    grant = SnippetGrant.objects.get(snippet=snippet)
    assert bob_browser.post(f"{LIST}shares/{grant.pk}/take-back/").status_code == 403
    taken_back = alice_browser.post(f"{LIST}shares/{grant.pk}/take-back/", follow=True)

    assert "No longer shared with Bob Staff." in taken_back.content.decode()
    assert bob_browser.get(at(snippet)).status_code == 404


def test_who_may_not_see_uses_sees_none(alice, bob, bob_browser, alice_browser):
    bakery = carlas_bakery()
    insert_snippet(bob, thanks().pk, values={}, place=Place(channel="email", client_id=bakery.pk))

    assert "Last uses" not in bob_browser.get(at(thanks())).content.decode()
    assert "Last uses" in alice_browser.get(at(thanks())).content.decode()


def test_an_empty_library_says_what_it_is(ada, ada_browser, alice):
    make_snippet(alice, title="Alice’s own")
    Snippet.objects.filter(reach="firm").update(state="archived")

    page = ada_browser.get(f"{LIST}?state=active").content.decode()

    assert "Nothing matches" in page


def test_a_share_by_name_reaches_the_library(alice, bob, bob_browser):
    snippet = make_snippet(alice, title="For Bob")
    share_snippet(alice, snippet, Membership.objects.get(pk=bob.membership_id), level="use")

    assert "For Bob" in bob_browser.get(LIST).content.decode()


def test_a_draft_that_contains_what_is_not_in_use_says_so_instead_of_failing(bob, bob_browser):
    make_snippet(bob, key="inner", used=False)
    outer = make_snippet(bob, "{% snippet 'inner' %}", used=False)

    page = bob_browser.get(at(outer))

    assert page.status_code == 200
    assert "Not in use yet: inner" in page.content.decode()


def test_an_example_speaks_for_the_reader_and_their_own_firm(alice, alice_browser):
    snippet = make_snippet(
        alice, "{{ me.name }}, {{ firm.name }} ({{ firm.legal_name }}), to {{ contact.name }}"
    )

    page = alice_browser.get(at(snippet)).content.decode()

    assert "Alice Partner, Acme (Acme), to" in page


def test_the_archive_is_shown_to_whoever_asks_for_it(alice, alice_browser):
    snippet = make_snippet(alice, title="Put away")
    archive_snippet(alice, snippet)

    assert "Put away" not in alice_browser.get(LIST).content.decode()
    for state in ("archived", "all"):
        assert "Put away" in alice_browser.get(f"{LIST}?state={state}").content.decode()
