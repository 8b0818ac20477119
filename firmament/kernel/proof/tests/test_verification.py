"""What a superuser of the database changes is found, and named."""

import random
from collections import Counter

from firmament.kernel.ledger.models import PersonalValue, RowValue
from firmament.kernel.proof.faults import What
from firmament.kernel.proof.models import Subtree
from firmament.kernel.proof.tests.attacks import ATTACKS, located
from firmament.kernel.proof.tests.factories import number_everything, write_entries
from firmament.kernel.proof.verification import examine
from firmament.kernel.tenancy.transaction import current_firm_id

SEED = 20_260_301
# `bench.proof` makes ten thousand.
ROUNDS = 700


def test_a_trail_that_nobody_touched_is_sound(acme):
    write_entries(5)
    size = number_everything()
    write_entries(3)

    found = examine(acme.pk)

    assert found.told() == []
    assert (found.size, found.checkpoints) == (size, 1)
    assert found.values >= 5


def test_of_hundreds_of_attacks_by_a_superuser_each_is_found_where_it_was_made(superuser):
    chance = random.Random(SEED)
    random.seed(SEED)
    for _ in range(3):
        write_entries(8)
        size = number_everything()
    first = size - 24
    missed = Counter()
    made = Counter()

    for _ in range(ROUNDS):
        attack = chance.choice(ATTACKS)
        seq = chance.randrange(first, size)
        expected, found = superuser.try_out(lambda log, attack=attack, seq=seq: attack(log, seq))
        made[attack.__name__] += 1
        missed[attack.__name__] += not located(expected, found)

    assert examine(current_firm_id()).told() == []
    assert min(made.values()) > ROUNDS / 20 and len(made) == len(ATTACKS)
    assert +missed == Counter()


def test_personal_values_may_go_and_everything_still_verifies(acme):
    write_entries(5)
    number_everything()
    PersonalValue.objects.all().delete()
    RowValue.objects.all().delete()

    found = examine(acme.pk)

    assert found.told() == [] and found.values == 0


def test_a_row_that_lost_its_place_in_the_queue_is_found(superuser):
    write_entries(2)
    number_everything()
    (entry,) = write_entries(1)
    with superuser.attacking():
        superuser.sql("DELETE FROM proof_pending WHERE object_id = %s", entry.pk)

    (fault,) = examine(current_firm_id()).told()

    assert (fault.what, fault.object_id) == (What.INSERTED, str(entry.pk))
    assert str(entry.pk) in fault.sentence


def test_an_entry_that_was_deleted_before_it_had_a_number_is_found(superuser):
    number_everything()
    entries = write_entries(3)
    with superuser.attacking():
        superuser.sql("DELETE FROM ledger_entry WHERE id = %s", entries[1].pk)
    number_everything()

    (fault,) = examine(current_firm_id()).told()

    assert (fault.what, fault.object_id) == (What.DELETED, str(entries[1].pk))


def test_an_entry_that_waits_for_too_long_is_told(superuser):
    number_everything()
    write_entries(1)
    with superuser.attacking():
        superuser.sql("UPDATE proof_pending SET noted_at = noted_at - interval '11 minutes'")

    (fault,) = examine(current_firm_id()).told()

    assert fault.what == What.WAITING


def test_stored_subtrees_are_compared_with_the_leaves(superuser):
    write_entries(300)
    number_everything()
    assert Subtree.objects.filter(level=8).exists()
    with superuser.attacking():
        superuser.sql("UPDATE proof_subtree SET hash = sha256(hash)")

    told = examine(current_firm_id()).told()

    assert {fault.what for fault in told} == {What.TREE} and told[0].seq == 0
