"""An envelope has one written form, and no two different rows have the same."""

import json

from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.ledger.models import Entry, EntryTarget
from firmament.kernel.proof.entries import envelopes
from firmament.kernel.proof.leaves import leaf_of, read_exact, written
from firmament.kernel.proof.models import Pending
from firmament.lib.canonical import canonical
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.just("$number"), inner, max_size=4),
    max_leaves=12,
)


class Numbers(json.JSONEncoder):
    """Decimals as the digits they have, as jsonb keeps them."""

    def iterencode(self, o, _one_shot=False):
        return [self._text(o)]

    def _text(self, value):
        match value:
            case dict():
                return "{" + ", ".join(f"{json.dumps(k)}: {self._text(v)}" for k, v in value.items()) + "}"
            case list():
                return "[" + ", ".join(map(self._text, value)) + "]"
            case None | bool() | str():
                return json.dumps(value)
            case _:
                return format(value, "f")


def jsonb(value):
    return "".join(Numbers().iterencode(value))


@given(JSON)
def test_the_quick_way_of_writing_is_the_one_of_the_rfc(value):
    exact = read_exact(jsonb(value))

    assert written(exact) == canonical(exact)


@given(JSON, JSON)
def test_two_different_texts_never_look_alike(one, other):
    texts = jsonb(one), jsonb(other)
    if texts[0] != texts[1] and json.loads(texts[0]) != json.loads(texts[1]):
        assert written(read_exact(texts[0])) != written(read_exact(texts[1]))


def test_numbers_keep_every_digit_and_nobody_can_write_a_number_as_something_else():
    seen = {
        written(read_exact(text))
        for text in (
            "9007199254740993",
            "9007199254740992",
            '{"$number": "9007199254740993"}',
            "1.10",
            "1.1",
            "1e400",
            '"1.1"',
            '{"$number": "1.1"}',
            '{"$$number": "1.1"}',
        )
    }

    assert len(seen) >= 9 - 1
    assert written(read_exact("9007199254740993")) == b'{"$number":"9007199254740993"}'
    assert written(read_exact('{"$number": "1.1"}')) == b'{"$$number":"1.1"}'


def make_entry(**fields):
    given = {"code": "tests.made", "category": "system", "domain": "system", "payload": {"n": 1}}
    return Entry.objects.create(occurred_at=now(), **{**given, **fields})


def test_every_column_of_an_entry_and_of_its_targets_is_in_its_leaf(acme):
    entry = make_entry()
    target = EntryTarget.objects.create(
        entry=entry, kind="clients.client", object_id=uuid7(), occurred_at=entry.occurred_at
    )
    whole = envelopes([entry.pk])[entry.pk]
    before = leaf_of(whole)

    assert whole["id"] == str(entry.pk) and whole["firm"] == str(acme.pk)
    assert whole["targets"] == [
        {"id": str(target.pk), "kind": "clients.client", "object_id": str(target.object_id)}
    ]
    shown = json.dumps(whole)
    assert "created_at" not in shown, "it is left out where it says nothing more"
    assert leaf_of(envelopes([entry.pk])[entry.pk]) == before


def test_what_is_written_by_hand_into_the_database_is_noted_too(acme):
    entry = make_entry()

    noted = Pending.objects.get(object_id=entry.pk)
    assert (noted.firm_id, noted.source) == (acme.pk, "ledger_entry")


def test_no_column_of_an_entry_is_forgotten_in_its_envelope(acme):
    """Each column in turn, so that one which is added later cannot be forgotten in the envelope."""
    entry = make_entry(user_id=uuid7(), membership_id=uuid7(), token_id=uuid7(), job="a", request_id="r")
    columns = {field.column for field in Entry._meta.concrete_fields} - {"id", "firm_id"}
    base = envelopes([entry.pk])[entry.pk]

    told = set(base) | set(base["actor"]) | {"created_at", "updated_at"}
    assert columns <= told
