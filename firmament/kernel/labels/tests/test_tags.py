"""Tags: given freely, one by each name, followed everywhere when they change."""

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from firmament.kernel.identity.founding import join_firm
from firmament.kernel.labels.checks import check_labels, faults
from firmament.kernel.labels.models import Tag, TaggingModel
from firmament.kernel.labels.tags import (
    change_tag,
    delete_tag,
    merge_tags,
    names_of,
    set_tags,
    tag_counts,
    tag_names,
    tagging_models,
    undo_removal,
)
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.fields import FirmForeignKey
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.things.models import Thing, ThingTag
from firmament.kernel.testing.world import make_user
from firmament.kernel.versions.tests.factories import make_thing


def tagged(actor, *names: str) -> Thing:
    thing = make_thing(actor)
    set_tags(actor, thing, ThingTag, names)
    return thing


def names(thing: Thing) -> list[str]:
    return tag_names(ThingTag, thing)


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def test_a_thing_carries_exactly_the_tags_it_was_given(alice, ledger) -> None:
    thing = tagged(alice, "Tax", "Urgent")

    added, removed = set_tags(alice, thing, ThingTag, ["Tax", "Letters"])

    assert (added, removed) == (("Letters",), ("Urgent",))
    assert names(thing) == ["Letters", "Tax"]
    assert ledger.codes() == ["labels.tag_created"] * 3
    assert set_tags(alice, thing, ThingTag, ["tax", "LETTERS"]) == ((), ())


def test_spellings_that_people_call_the_same_are_one_tag(alice) -> None:
    tagged(alice, "Year end", "  YEAR   END ", "ｙear end")

    assert [row.name for row in Tag.objects.all()] == ["Year end"]


def test_who_may_not_make_tags_uses_those_that_are_there(alice, acme) -> None:
    tagged(alice, "Tax")
    join_firm(make_user("Rae Reader", "rae@acme.example"), role="read_only")
    reader = staff_actor("rae@acme.example")
    thing = make_thing(alice)

    assert set_tags(reader, thing, ThingTag, ["tax"]) == (("Tax",), ())
    with pytest.raises(Denied):
        set_tags(reader, thing, ThingTag, ["tax", "New"])

    assert (names(thing), Tag.objects.count()) == (["Tax"], 1)


@pytest.mark.parametrize("bad", [[""], [" "], ["x" * 41], [f"tag {n}" for n in range(31)], ["nul\x00"]])
def test_an_impossible_tag_is_refused_beside_the_field(alice, bad) -> None:
    thing = make_thing(alice)

    with pytest.raises(ValidationError) as refused:
        set_tags(alice, thing, ThingTag, bad)

    assert list(refused.value.message_dict) == ["tags"]
    assert Tag.objects.count() == 0


def test_a_new_name_is_a_new_name_everywhere(alice, ledger) -> None:
    one, other = tagged(alice, "Tax"), tagged(alice, "Tax")
    ledger.forget()

    change_tag(alice, tag("Tax"), name="Taxes", colour="3")

    assert names(one) == names(other) == ["Taxes"]
    assert ledger.codes() == ["labels.tag_changed"]
    with pytest.raises(ValidationError, match="already a tag"):
        tagged(alice, "Law")
        change_tag(alice, tag("Law"), name="TAXES", colour="")


def test_merging_moves_what_carried_it_and_undo_moves_exactly_that_back(alice, ledger) -> None:
    only, both, other = tagged(alice, "Tax"), tagged(alice, "Tax", "Taxes"), tagged(alice, "Taxes")

    removal = merge_tags(alice, tag("Tax"), into=tag("Taxes"))

    assert [names(thing) for thing in (only, both, other)] == [["Taxes"]] * 3
    assert not Tag.objects.filter(name="Tax").exists()
    undo_removal(alice, removal)
    assert [names(thing) for thing in (only, both, other)] == [["Tax"], ["Tax", "Taxes"], ["Taxes"]]
    assert ledger.codes()[-2:] == ["labels.tags_merged", "labels.tag_restored"]
    with pytest.raises(ValidationError, match="undone already"):
        undo_removal(alice, removal)


def test_deleting_takes_it_away_and_undo_brings_it_back_to_what_is_still_there(alice) -> None:
    kept, gone = tagged(alice, "Tax"), tagged(alice, "Tax")

    removal = delete_tag(alice, tag("Tax"))
    gone.delete()

    assert names(kept) == []
    undo_removal(alice, removal)
    assert names(kept) == ["Tax"]


def test_a_tag_does_not_come_back_beside_a_new_one_of_its_name(alice) -> None:
    tagged(alice, "Tax")
    removal = delete_tag(alice, tag("Tax"))
    tagged(alice, "tax")

    with pytest.raises(ValidationError, match="already a tag"):
        undo_removal(alice, removal)


def test_a_tag_is_not_merged_into_itself_nor_twice(alice) -> None:
    tagged(alice, "Tax", "Law")
    tax, law = tag("Tax"), tag("Law")
    with pytest.raises(ValidationError):
        merge_tags(alice, tax, into=tax)
    merge_tags(alice, tax, into=law)

    with pytest.raises(ValidationError, match="gone"):
        merge_tags(alice, tax, into=law)
    with pytest.raises(ValidationError, match="gone"):
        delete_tag(alice, tax)


def test_who_may_not_manage_tags_changes_nothing(alice, bob, ledger) -> None:
    tagged(alice, "Tax", "Law")
    removal = delete_tag(alice, tag("Law"))
    ledger.forget()

    for attempt in (
        lambda: change_tag(bob, tag("Tax"), name="Taxes", colour=""),
        lambda: merge_tags(bob, tag("Tax"), into=tag("Tax")),
        lambda: delete_tag(bob, tag("Tax")),
        lambda: undo_removal(bob, removal),
    ):
        with pytest.raises(Denied):
            attempt()

    assert ([row.name for row in Tag.objects.all()], ledger.codes()) == (["Tax"], [])


def test_counts_include_tags_that_nothing_carries(alice, queries) -> None:
    tagged(alice, "Tax")
    tagged(alice, "Tax", "Law")
    set_tags(alice, tagged(alice, "Idle"), ThingTag, [])

    with queries() as asked:
        counts = {row.tag.name: row.things for row in tag_counts(alice)}

    assert counts == {"Idle": 0, "Law": 1, "Tax": 2}
    assert asked.count <= len(tagging_models()) + 2


def test_tags_are_typed_with_commas_between_them() -> None:
    assert names_of(" a,b  c ,, ") == ["a", "b c"]


def test_every_table_of_tagged_things_passes_and_a_careless_one_does_not() -> None:
    class Loose(TaggingModel):
        thing = FirmForeignKey(Thing, on_delete=models.CASCADE)

        class Meta:
            app_label = "things"

    class Lost(TaggingModel):
        class Meta:
            app_label = "things"

    found = [fault.id for model in (Loose, Lost) for fault in faults(model)]
    for name in ("loose", "lost"):
        Thing._meta.apps.all_models["things"].pop(name)
    Thing._meta.apps.clear_cache()

    assert found == ["labels.E002", "labels.E001"]
    assert check_labels() == []
