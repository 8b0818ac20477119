"""Our own CSV, read back to the letter."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.lib.tabular.exact import columns_of, read_exact
from firmament.lib.tabular.table import TableError
from firmament.lib.tabular.writing import write_csv

cells = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells)))
def test_every_text_comes_back_to_the_letter(rows):
    file = io.BytesIO()
    write_csv(["key", "text"], rows, file)

    assert [(row["key"], row["text"]) for row in read_exact(file.getvalue())] == rows


def test_a_file_saved_again_by_a_spreadsheet_is_read_too():
    assert columns_of(b"\xef\xbb\xbfkey;text\r\n") == (";", ["key", "text"])
    assert list(read_exact(b'key;text\r\na;"b;c"\r\n')) == [{"key": "a", "text": "b;c"}]


@pytest.mark.parametrize(
    "content", [b"key,text\n\xff", b'key,text\na,"b', b"key,text\na," + b"b" * 1_100_000]
)
def test_a_damaged_file_is_refused_in_words(content):
    with pytest.raises(TableError):
        list(read_exact(content))
