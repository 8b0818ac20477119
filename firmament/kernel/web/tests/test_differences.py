"""A change as people read it."""

from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.web.differences import compared, readable_content, readable_lines
from firmament.lib.diffing import Part

TEXTS = st.text(alphabet="ab .\n")


def test_changed_words_are_marked_within_their_lines() -> None:
    lines = readable_lines("Dear all\nThe fee is €3,900 a year.", "Dear all\nThe fee is €4,200 a year.")

    assert [(line.kind, line.text) for line in lines] == [
        ("kept", "Dear all"),
        ("removed", "The fee is €3,900 a year."),
        ("added", "The fee is €4,200 a year."),
    ]
    assert Part("removed", "3,900 ") in lines[1].words
    assert Part("added", "4,200 ") in lines[2].words


def test_a_line_written_anew_is_not_marked_word_by_word() -> None:
    removed, added = readable_lines("Payable at once", "We thank you for your trust")

    assert (removed.words, added.words) == ((), ())


def test_long_unchanged_stretches_are_left_out_and_counted() -> None:
    old = "\n".join(f"Clause {n}" for n in range(40))

    lines = readable_lines(old, old.replace("Clause 20", "Clause twenty"))

    kinds = [line.kind for line in lines]
    assert kinds == ["gap", *["kept"] * 3, "removed", "added", *["kept"] * 3, "gap"]
    assert (lines[0].text, lines[-1].text) == ("17 lines unchanged", "16 lines unchanged")


@given(TEXTS, TEXTS)
def test_the_marked_words_of_a_line_are_the_line(old: str, new: str) -> None:
    for line in readable_lines(old, new):
        if line.words:
            assert "".join(part.text for part in line.words) == line.text
            assert {part.kind for part in line.words} <= {"same", line.kind}


def test_only_fields_that_differ_are_compared_by_their_label() -> None:
    before, after = {"Text": "one", "Note": "x"}, {"Text": "two", "Note": "x", "Tags": "new"}

    assert [field.label for field in compared(before, after)] == ["Text", "Tags"]


def test_content_without_words_of_its_own_is_read_by_its_paths() -> None:
    assert readable_content({"bodies": {"en": "Hello"}, "steps": [1]}) == {
        "bodies.en": "Hello",
        "steps": "[\n 1\n]",
    }
