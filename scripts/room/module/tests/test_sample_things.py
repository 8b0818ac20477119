"""What is done with sample things: who may, what is written down, and what two at once see."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.archive import archive_client, bin_client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.sample_things.actions import (
    create_sample_thing,
    delete_with_client,
    edit_sample_thing,
    finish_sample_thing,
    reopen_sample_thing,
)
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.public import visible_sample_thing
from firmament.modules.sample_things.tests.factories import make_sample_thing


def test_from_the_first_word_to_done_and_back_every_step_is_in_the_ledger(alice, ledger):
    sample_thing = make_sample_thing(alice)
    edit_sample_thing(alice, sample_thing, title="Another title")
    edit_sample_thing(alice, sample_thing, title="Another title")
    finish_sample_thing(alice, sample_thing)
    reopen_sample_thing(alice, sample_thing)

    assert ledger.codes() == [
        "sample_things.sample_thing_created",
        "sample_things.sample_thing_changed",
        "sample_things.sample_thing_finished",
        "sample_things.sample_thing_reopened",
    ]


def test_whoever_finishes_second_hears_that_it_is_late_and_nothing_is_written(alice, ledger):
    sample_thing = make_sample_thing(alice)
    seen_by_another = SampleThing.objects.get(pk=sample_thing.pk)
    finish_sample_thing(alice, sample_thing)
    ledger.forget()

    with pytest.raises(ValidationError, match="faster"):
        finish_sample_thing(alice, seen_by_another)

    assert ledger.codes() == []


def test_what_is_done_is_not_changed_any_more(alice):
    sample_thing = make_sample_thing(alice, done=True, title="As it was")

    with pytest.raises(ValidationError, match="Reopen"):
        edit_sample_thing(alice, sample_thing, title="Another title")

    assert SampleThing.objects.get(pk=sample_thing.pk).title == "As it was"


def test_a_client_may_not_add_any_and_sees_none(carla, alice):
    sample_thing = make_sample_thing(alice)

    with pytest.raises(Denied):
        create_sample_thing(carla, carlas_bakery().pk, title="Mine")

    assert not SampleThing.objects.filter(title="Mine").exists()
    assert visible_sample_thing(carla, sample_thing.pk) is None


def test_nothing_is_added_for_a_client_that_is_archived(alice):
    client = make_client(alice)
    archive_client(alice, client)

    with pytest.raises(ValidationError):
        make_sample_thing(alice, client)

    assert not SampleThing.objects.filter(client=client).exists()


def test_behind_a_wall_and_with_its_client_in_the_bin_it_is_out_of_sight(alice, bob):
    walled, binned = make_client(alice), make_client(alice)
    first, second = make_sample_thing(alice, walled), make_sample_thing(alice, binned)
    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        client_id=walled.pk,
        reason="A conflict of interest.",
    )
    bin_client(alice, binned)

    assert visible_sample_thing(bob, first.pk) is None
    assert visible_sample_thing(alice, second.pk) is None
    assert getattr(visible_sample_thing(alice, first.pk), "title", None) == first.title


def test_with_a_client_its_sample_things_are_deleted_for_good(alice):
    client = make_client(alice)
    make_sample_thing(alice, client)

    delete_with_client(client.pk)

    assert not SampleThing.objects.filter(client=client).exists()


def test_the_database_keeps_no_title_of_blanks_and_nothing_done_without_a_time(alice):
    sample_thing = make_sample_thing(alice)

    for wrong in ({"title": "  "}, {"state": "done"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SampleThing.objects.filter(pk=sample_thing.pk).update(**wrong)
