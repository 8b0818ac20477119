"""Writing, changing and bringing back."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from firmament.kernel.labels.folders import make_folder
from firmament.kernel.labels.models import Folder
from firmament.kernel.policies.decide import Denied
from firmament.kernel.versions.actions import Conflict
from firmament.modules.snippets.actions.writing import (
    AREA,
    change_snippet,
    create_snippet,
    move_snippet,
    restore_version,
)
from firmament.modules.snippets.models import Snippet, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, make_draft, make_snippet, thanks


def test_a_new_snippet_is_a_draft_with_its_first_version(alice, ledger):
    snippet = create_snippet(alice, make_draft("Good day.", tags=("greeting",)), note="First words")

    version = SnippetVersion.objects.get(subject=snippet)
    assert (snippet.state, snippet.latest_number, snippet.active_number) == ("draft", 1, None)
    assert (version.bodies, version.note, version.author_id) == (
        {"en": "Good day."},
        "First words",
        alice.membership_id,
    )
    assert snippet.locales == ["en"]
    assert ledger.codes() == [
        "snippets.snippet_written",
        "labels.tag_created",
        "snippets.snippet_versioned",
    ]


def test_what_changes_is_told_in_words_and_a_text_that_stays_makes_no_version(alice, ledger):
    snippet = make_snippet(alice)
    ledger.forget()

    change_snippet(
        alice, snippet, draft_of(snippet, title="Greeting", contexts=("note", "email")), based_on=1
    )

    snippet.refresh_from_db()
    assert snippet.latest_number == 1
    (entry,) = ledger.entries()
    assert entry.code == "snippets.snippet_changed"


def test_a_new_text_is_a_new_version_and_the_old_one_stays_in_use(alice):
    snippet = make_snippet(alice, "One.")

    snippet = change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)

    assert (snippet.latest_number, snippet.active_number, snippet.change_waits) == (2, 1, True)
    assert [v.bodies["en"] for v in SnippetVersion.objects.of(snippet)] == ["Two.", "One."]


def test_whoever_worked_from_an_older_version_is_told_and_nothing_is_lost(alice):
    snippet = make_snippet(alice, "One.")
    mine, theirs = draft_of(snippet, bodies={"en": "Mine."}), draft_of(snippet, bodies={"en": "Theirs."})
    change_snippet(alice, snippet, theirs, based_on=1)

    with pytest.raises(Conflict):
        change_snippet(alice, snippet, mine, based_on=1)

    assert SnippetVersion.objects.latest_of(snippet).bodies == {"en": "Theirs."}


def test_restoring_makes_a_new_version_of_the_old_words(alice):
    snippet = make_snippet(alice, "One.")
    snippet = change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Two."}), based_on=1)

    restored = restore_version(alice, snippet, number=1, note="It was better")

    snippet.refresh_from_db()
    assert (restored.number, restored.restored_from, restored.bodies) == (3, 1, {"en": "One."})
    assert snippet.latest_number == 3


def test_restoring_the_latest_changes_nothing(alice, ledger):
    snippet = make_snippet(alice)
    ledger.forget()

    restore_version(alice, snippet, number=1)

    assert ledger.codes() == []
    assert SnippetVersion.objects.of(snippet).count() == 1


def test_what_was_written_stays_as_it_was_written(alice):
    snippet = make_snippet(alice)

    for sql in (
        "UPDATE snippets_snippetversion SET note = 'x' WHERE subject_id = %s",
        "DELETE FROM snippets_snippetversion WHERE subject_id = %s",
    ):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(sql, [snippet.pk])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"title": "  "}, "title"),
        ({"key": "Not a key"}, "key"),
        ({"key": "ends-with-a-line\n"}, "key"),
        ({"shortcut": "no blanks"}, "shortcut"),
        ({"contexts": ()}, "contexts"),
        ({"contexts": ("fax",)}, "contexts"),
        ({"reach": "world"}, "reach"),
        ({"reach": "team"}, "__all__"),
        ({"reach": "team", "team_id": uuid4()}, "team"),
        ({"folder_id": uuid4()}, "folder"),
        ({"default_locale": "German"}, "default_locale"),
        ({"bodies": {"de": "Guten Tag."}}, "bodies"),
        ({"bodies": {"en": " "}}, "bodies"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_the_name_of_its_field(alice, said, name):
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        create_snippet(alice, make_draft(**said))

    assert name in refused.value.message_dict


def test_an_unknown_value_is_refused_at_save_with_its_place_and_the_nearest_there_is(alice):
    with pytest.raises(ValidationError) as refused:
        create_snippet(alice, make_draft("Dear {{ client.nmae }},"))

    (message,) = refused.value.message_dict["bodies"]
    assert "en: Line 1" in message
    assert "client.name" in message


def test_the_parts_of_a_field_that_asks_for_a_client_are_known(alice):
    field = {"name": "buyer", "type": "client", "label": "Buyer"}

    snippet = create_snippet(alice, make_draft("Sold to {{ buyer.name }}.", fields=[field]))

    assert snippet.latest_number == 1


@pytest.mark.parametrize("name", ["key", "shortcut"])
def test_two_of_one_name_stand_side_by_side_only_where_their_readers_differ(alice, bob, name):
    make_snippet(alice, **{name: "same"})
    make_snippet(bob, **{name: "same"})
    make_snippet(alice, reach="firm", **{name: "same"})

    with pytest.raises(ValidationError) as refused, transaction.atomic():
        make_snippet(alice, **{name: "same"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Snippet.objects.bulk_create(
            [
                Snippet(
                    title="x",
                    key="same",
                    shortcut="same",
                    owner_id=alice.membership_id,
                    reach="firm",
                    contexts=["note"],
                )
            ]
        )

    assert name in str(refused.value)


def test_a_key_stays_for_good(alice):
    snippet = make_snippet(alice)

    with pytest.raises(ValidationError):
        change_snippet(alice, snippet, draft_of(snippet, key="another"), based_on=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Snippet.objects.filter(pk=snippet.pk).update(key="another")


def test_nobody_changes_what_is_not_theirs(bob, ledger):
    snippet = thanks()

    with pytest.raises(Denied):
        change_snippet(bob, snippet, draft_of(snippet, bodies={"en": "Nothing."}), based_on=1)

    assert SnippetVersion.objects.latest_of(snippet).number == 1


def test_a_client_writes_nothing(carla):
    with pytest.raises(Denied):
        create_snippet(carla, make_draft())


def test_a_move_between_folders_of_one_name_is_told_and_staying_is_not(alice, alice_browser, ledger):
    here = make_folder(alice, area=AREA, name="2026")
    there = make_folder(alice, area=AREA, name="2026", parent=Folder.objects.get(name="Letters"))
    snippet = make_snippet(alice, folder_id=here.pk)
    ledger.forget()

    for _ in range(2):
        move_snippet(alice, snippet, folder=there)

    assert ledger.codes() == ["snippets.snippet_changed"]
    page = alice_browser.get(snippet.get_absolute_url()).content.decode()
    assert "<del>2026</del>" in page
    assert "<ins>Letters / 2026</ins>" in page
