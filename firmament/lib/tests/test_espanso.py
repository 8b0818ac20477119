"""Espanso's match files: what is taken over, what is said to be lost, and what no file can do to us."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.lib.espanso import Match, Question, is_writable, read_matches, write_matches
from firmament.lib.plain_yaml import YamlError, read_yaml, write_yaml

REAL = b"""
# espanso match file
global_vars:
  - name: firm
    type: echo
    params: {echo: Acme}
matches:
  - trigger: ":espanso"
    replace: "Hi there!"
  - triggers: [":ty", ":thx"]
    label: Thanks
    replace: |
      Thank you, {{ name }}.
      {{firm}}
    propagate_case: true
    word: true
    vars:
      - {name: name, type: clipboard}
      - {name: unused, type: shell, params: {cmd: rm -rf /}}
  - trigger: ":mail"
    form: "Dear [[name]],\\n[[text]]\\n[[greeting]]"
    form_fields:
      text: {multiline: true}
      greeting: {type: choice, values: ["Yours", "Best"], default: Best}
  - trigger: ":due"
    replace: "Due {{day}} $|$ by {{form1.who}}"
    vars:
      - {name: day, type: date, params: {format: "%d.%m.%Y"}}
      - {name: form1, type: form, params: {layout: "Who is it: [[who]]"}}
  - trigger: ":pic"
    image_path: /tmp/x.png
  - trigger: yes
    replace: 2026-01-02
"""


def test_a_real_file_is_read_as_espanso_reads_it():
    found = read_matches(REAL)

    assert [match.triggers for match in found[:2]] == [(":espanso",), (":ty", ":thx")]
    assert found[1].pieces == ("Thank you, ", Question(name="name"), ".\n", "Acme", "\n")
    assert found[1].label == "Thanks"
    assert found[2].pieces == (
        "Dear ",
        Question(name="name"),
        ",\n",
        Question(name="text", multiline=True),
        "\n",
        Question(name="greeting", choices=("Yours", "Best"), default="Best"),
    )
    assert found[3].pieces[1] == Question(name="day", date_format="%d.%m.%Y")
    assert found[3].pieces[-1] == Question(name="who", label="Who is it")
    assert (found[5].triggers, found[5].pieces) == (("yes",), ("2026-01-02",))


def test_what_is_lost_is_said_and_only_that():
    found = read_matches(REAL)

    assert found[0].notes == ()
    assert [note.split("”")[0] for note in found[1].notes] == ["“propagate_case", "“name"]
    assert any("cursor" in note for note in found[3].notes)
    assert found[4].fault == "It puts in a picture, not a text."


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"a: &a [x]\nb: *a", "aliases"),
        (b"[" * 100_000, "deeply"),
        (b"a: [1, 2", "YAML in line"),
        (b"\xff\xfe", "UTF-8"),
        (b"matches: \x07", "character"),
        (b"? [a, b]\n: c", "YAML"),
        (b"- " * 30, "deeply"),
        (b"[" + b"a," * 250_000 + b"]", "Split it"),
        (b"x" * 3_000_000, "too large"),
    ],
    ids=range(9),
)
def test_a_hostile_file_is_refused_in_words(source, why):
    with pytest.raises(YamlError, match=why):
        read_yaml(source)


def test_tags_make_nothing():
    assert read_yaml(b"a: !!python/object/apply:os.system [ls]") == {"a": ["ls"]}


@pytest.mark.parametrize("source", [b"", b"a: b", b"matches: x", b"- a", b"null"])
def test_a_file_without_matches_is_none_of_espanso(source):
    with pytest.raises(YamlError, match="Espanso"):
        read_matches(source)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t {}[]$|:#-'\"")
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
questions = st.builds(
    Question,
    name=names,
    multiline=st.booleans(),
    choices=st.lists(words.map(str.strip).filter(lambda t: t and "\n" not in t), max_size=3, unique=True).map(
        tuple
    ),
)
matches = st.builds(
    Match,
    triggers=names.map(lambda name: (f";{name}",)),
    label=words,
    pieces=st.lists(words.filter(bool) | questions, max_size=5).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(match=matches)
def test_what_is_written_is_read_again_and_written_the_same(match):
    asked = {piece.name: piece for piece in match.pieces if isinstance(piece, Question)}
    match = Match(
        triggers=match.triggers,
        label=match.label,
        pieces=tuple(asked[p.name] if isinstance(p, Question) else p for p in match.pieces),
    )
    if not is_writable(match):
        return
    (found,) = read_matches(written := write_matches([match], heading=["Left\nout"]))

    assert written.startswith(b"# Left out\n")
    assert text_of(found) == text_of(match)
    assert write_matches([found], heading=["Left out"]) == written


def text_of(match):
    return "".join(piece if isinstance(piece, str) else f"\x00{piece.name}\x00" for piece in match.pieces)


json_like = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)


@settings(max_examples=100, deadline=None)
@given(value=json_like)
def test_plain_data_survives_yaml(value):
    assert read_yaml(write_yaml({"v": value}))["v"] == value
