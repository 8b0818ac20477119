"""Whatever stands in a file, every row has an answer; and what is one's own goes round and stays the same."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.labels.folders import folder_at
from firmament.lib.tabular.table import TableError
from firmament.modules.libraries.tests.exchanging import bring, clear, export, library_of, look, states
from firmament.modules.snippets.actions.governing import activate_snippet, archive_snippet
from firmament.modules.snippets.actions.writing import change_snippet
from firmament.modules.snippets.models import Snippet, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, make_snippet

EVERYWHERE = tuple(Snippet.Context)

HOSTILE = [
    ("a.json", b"[" * 200_000),
    ("a.json", b'{"a":' * 200_000),
    ("a.json", b'{"format": "firmament.snippets", "version": 1, "snippets": [1]}'),
    ("a.json", b'{"format": "firmament.snippets", "version": 2, "snippets": []}'),
    ("a.json", b'{"format": "firmament.snippets", "version": 1, "snippets": NaN}'),
    ("a.json", b"\xff\x00"),
    ("a.json", b"[]"),
    ("a.yml", b"a: &a [x,x]\nb: &b [*a,*a]\nmatches: [*b,*b]"),
    ("a.yml", b"matches: " + b"[" * 100_000),
    ("a.yml", b"matches: []"),
    ("a.yaml", b"{" * 1000),
    ("a.csv", b"key,language,text\n\xff"),
    ("a.csv", b'key,language,text\na,en,"open'),
    ("a.csv", b"key,language,text,fields\na,en,x,{"),
    ("a.csv", b"key,language,text\n"),
    ("a.csv", b""),
]


@pytest.mark.parametrize(("name", "content"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused_in_plain_words(alice, name, content):
    with pytest.raises(TableError) as refused:
        look(alice, content, name)

    assert len(str(refused.value)) > 10
    assert "Traceback" not in str(refused.value)


def test_any_spreadsheet_is_read_or_refused(alice, cases):
    for path in sorted(cases("spreadsheets").iterdir()):
        try:
            batch = look(alice, path.read_bytes(), path.name)
        except TableError as error:
            assert str(error)
        else:
            assert set(states(batch)) <= {"good", "wrong", "double"}


def test_naughty_strings_are_texts_or_are_refused_row_by_row(alice, cases):
    strings = json.loads((cases("strings") / "blns.json").read_text())
    rows = [
        {
            "key": f"n{n}",
            "title": text or "-",
            "description": text[:500],
            "versions": [{"bodies": {"en": text or "-"}}],
        }
        for n, text in enumerate(strings)
    ]

    batch = bring(alice, library_of(rows))

    assert set(states(batch)) <= {"made", "wrong", "refused"}
    assert states(batch).count("made") > len(rows) * 0.8
    first = export(alice)
    clear(alice)
    bring(alice, first)
    assert export(alice).count(b'"key"') == first.count(b'"key"')


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "key", "title", "shortcut", "description", "reach", "team", "owner", "folder", "contexts", "tags", "state",
    "default_locale", "active", "replacement", "grants", "versions", "fault", "text",
]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(st.sampled_from(NAMES), junk), min_size=1, max_size=4))
def test_whatever_stands_in_a_file_every_row_has_an_answer(alice, rows):
    batch = bring(alice, library_of(rows))

    assert set(states(batch)) <= {"made", "wrong", "double", "refused"}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00{"), min_size=1, max_size=40).filter(
    str.strip
)
entries = st.fixed_dictionaries(
    {
        "bodies": st.dictionaries(st.sampled_from(["en", "de", "de-CH"]), texts, min_size=1),
        "later": st.lists(texts, max_size=3),
        "title": texts,
        "description": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
        "tags": st.lists(st.from_regex(r"[a-zA-Z]{1,6}", fullmatch=True), max_size=2),
        "path": st.lists(st.from_regex(r"[A-Z][a-z]{1,5}", fullmatch=True), max_size=3),
        "contexts": st.sets(st.sampled_from(EVERYWHERE), min_size=1),
        "used": st.booleans(),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(library=st.lists(entries, min_size=1, max_size=4))
def test_any_library_of_ones_own_goes_round_and_stays_the_same(alice, library):
    clear_own(alice)
    for number, entry in enumerate(library):
        folder = folder_at(alice, area="snippets", path=entry["path"])
        snippet = make_snippet(
            alice,
            key=f"k{number}",
            shortcut=f"s{number}" if number % 2 else "",
            title=entry["title"],
            description=entry["description"],
            tags=entry["tags"],
            folder_id=folder.pk if folder else None,
            contexts=tuple(entry["contexts"]),
            bodies=entry["bodies"],
            default_locale=min(entry["bodies"]),
            used=entry["used"],
        )
        for text in entry["later"]:
            latest = SnippetVersion.objects.latest_of(snippet)
            bodies = latest.bodies | {snippet.default_locale: text}
            snippet = change_snippet(alice, snippet, draft_of(snippet, bodies=bodies), based_on=latest.number)
        if entry["later"] and entry["used"] and number % 2:
            activate_snippet(alice, snippet)
    mine = own(export(alice))
    table = export(alice, "csv")
    clear_own(alice)

    bring(alice, library_of(mine))
    again, table_again = own(export(alice)), export(alice, "csv")
    clear_own(alice)

    assert again == mine
    assert table_again == table


def own(content):
    return [row for row in json.loads(content)["snippets"] if row["reach"] == "private"]


def clear_own(alice):
    for snippet in Snippet.objects.standing().filter(owner=alice.membership_id, reach="private"):
        archive_snippet(alice, snippet)
