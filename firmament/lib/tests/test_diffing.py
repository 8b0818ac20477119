"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from firmament.lib.diffing import FieldDiff, Part, blocks, diff_content, diff_lines, diff_words

TEXTS = st.text(alphabet="ab .,1\n\u00e9") | st.text()


@given(TEXTS, TEXTS)
def test_lines_kept_and_removed_are_the_old_text_and_kept_and_added_the_new(old: str, new: str) -> None:
    parts = diff_lines(old, new)

    assert "\n".join(part.text for part in parts if part.kind != "added") == old
    assert "\n".join(part.text for part in parts if part.kind != "removed") == new


@given(TEXTS, TEXTS)
def test_words_kept_and_removed_are_the_old_text_and_kept_and_added_the_new(old: str, new: str) -> None:
    parts = diff_words(old, new)

    assert "".join(part.text for part in parts if part.kind != "added") == old
    assert "".join(part.text for part in parts if part.kind != "removed") == new


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(part.kind == "same" for part in (*diff_lines(text, text), *diff_words(text, text)))


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)), st.integers(0, 40))
def test_however_little_may_be_spent_the_blocks_cover_both_sides(
    old: list[int], new: list[int], budget: int
) -> None:
    a = c = 0
    for block in blocks(old, new, [budget]):
        assert (block.a, block.c) == (a, c)
        if block.same:
            assert old[block.a : block.b] == new[block.c : block.d] != []
        a, c = block.b, block.d

    assert (a, c) == (len(old), len(new))


def test_a_small_edit_is_shown_small() -> None:
    parts = diff_words("The fee is €3,900 a year.", "The fee is €4,200 a year.")

    assert parts == (
        Part("same", "The fee is €"),
        Part("removed", "3,900 "),
        Part("added", "4,200 "),
        Part("same", "a year."),
    )


def test_one_line_put_between_others_is_the_only_one_that_came() -> None:
    old = "\n".join(f"Clause {n}" for n in range(2000))
    new = old.replace("Clause 700\n", "Clause 700\nA new clause\n")

    assert [part for part in diff_lines(old, new) if part.kind != "same"] == [Part("added", "A new clause")]


def test_lines_that_moved_leave_the_rest_in_place_however_many_differ() -> None:
    """More edits than the shortest-edit search looks for: what occurs once on each side still holds."""
    old = "\n".join(f"Clause {n}" for n in range(3000))
    new = "\n".join(f"Clause {n}" if n % 2 else f"Other {n}" for n in range(3000))

    kept = [part for part in diff_lines(old, new) if part.kind == "same"]

    assert len(kept) == 1500


def test_texts_of_256_kib_that_share_no_word_lose_nothing() -> None:
    old, new = "a b\n" * 65_536, "c d\n" * 65_536

    parts = diff_words(old, new)

    assert "".join(part.text for part in parts if part.kind != "added") == old
    assert "".join(part.text for part in parts if part.kind != "removed") == new


def test_content_is_compared_field_by_field_by_its_path() -> None:
    old = {"title": "Fee", "fields": {"amount": {"label": "Amount"}}, "tags": ["a"], "gone": 1}
    new = {"title": "Fee", "fields": {"amount": {"label": "Sum"}}, "tags": ["a", "b"], "came": True}

    found = {diff.path: diff for diff in diff_content(old, new)}

    assert {path: diff.kind for path, diff in found.items()} == {
        "title": "same",
        "fields.amount.label": "changed",
        "tags": "changed",
        "gone": "removed",
        "came": "added",
    }
    assert found["fields.amount.label"] == FieldDiff(
        path="fields.amount.label", kind="changed", before="Amount", after="Sum"
    )
    assert found["fields.amount.label"].words == (Part("removed", "Amount"), Part("added", "Sum"))
