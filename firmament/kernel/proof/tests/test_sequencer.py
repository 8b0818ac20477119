"""Numbers without a gap, checkpoints over them, proofs from what is stored."""

import stat

import pytest

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry, RowChange
from firmament.kernel.proof.checkpoints import CannotSign, publish, rotate_key
from firmament.kernel.proof.entries import envelopes
from firmament.kernel.proof.faults import What
from firmament.kernel.proof.jobs import ALARM, number_what_waits
from firmament.kernel.proof.keeping import SIGNING_KEY, Keep
from firmament.kernel.proof.leaves import leaf_of
from firmament.kernel.proof.models import Checkpoint, Log, LogEntry, Pending, SigningKey
from firmament.kernel.proof.sequencer import firms_waiting, sequence
from firmament.kernel.proof.tests.factories import number_everything, write_entries
from firmament.kernel.proof.tree import Tree
from firmament.kernel.proof.verification import examine
from firmament.lib import notes
from firmament.lib.merkle import root_of, verify_consistency, verify_inclusion


def leaves() -> list[bytes]:
    return [bytes(leaf) for leaf in LogEntry.objects.order_by("seq").values_list("leaf", flat=True)]


def test_every_entry_gets_the_next_number_and_the_hash_of_what_it_says(acme):
    entries = write_entries(7)
    assert acme.pk in firms_waiting()
    size = number_everything()

    assert list(LogEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(size))
    assert size == Entry.objects.count() + RowChange.objects.count(), (
        "what came before there was a log is in it too"
    )
    for pk, envelope in envelopes([entry.pk for entry in entries]).items():
        assert bytes(LogEntry.objects.get(pk=pk).leaf) == leaf_of(envelope)
    assert not Pending.objects.filter(firm_id=acme.pk).exists()
    assert acme.pk not in firms_waiting()


def test_numbers_come_in_the_order_in_which_entries_were_written(acme):
    number_everything()
    entries = write_entries(9)
    while sequence(acme.pk, limit=2):
        pass

    placed = list(LogEntry.objects.order_by("seq").values_list("id", flat=True))
    assert placed[-9:] == [entry.pk for entry in entries]


def test_a_row_that_is_noted_twice_is_numbered_once(acme):
    (entry,) = write_entries(1)
    size = number_everything()
    Pending.objects.create(
        firm_id=acme.pk, source="ledger_entry", object_id=entry.pk, noted_at=entry.occurred_at
    )
    Pending.objects.create(
        firm_id=acme.pk, source="ledger_entry", object_id=entry.pk, noted_at=entry.occurred_at
    )

    assert number_everything() == size
    assert not Pending.objects.filter(firm_id=acme.pk).exists()


def test_a_checkpoint_is_signed_over_the_root_and_kept_outside(acme, proof_home):
    write_entries(5)
    size = number_everything()

    row = Checkpoint.objects.get()
    keep = Keep(acme.pk)
    text, _signatures = notes.read_note(row.note)
    found = notes.read_checkpoint(text)
    assert (found.size, found.root) == (size, root_of(leaves()))
    assert found.origin.endswith("/w/acme")
    assert notes.signed_by(row.note, [notes.read_verifier(SigningKey.objects.get().verifier)])
    assert keep.signed().note == row.note
    assert keep.leaves(0, size) == leaves()
    assert stat.S_IMODE((keep.path / SIGNING_KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(keep.path.stat().st_mode) == 0o700
    assert not publish(acme.pk), "nothing has grown, so there is nothing to sign"


def test_proofs_from_stored_subtrees_verify_at_every_tile_boundary(acme):
    write_entries(530)
    size = number_everything()
    known = leaves()
    tree = Tree()
    root = root_of(known)

    for index in (0, 1, 255, 256, 257, 511, 512, size - 1):
        proof = tree.inclusion(index, size)
        assert verify_inclusion(index=index, size=size, leaf=known[index], proof=proof, root=root)
    for old in (1, 2, 255, 256, 257, 400, 512, size - 1, size):
        proof = tree.consistency(old, size)
        assert verify_consistency(
            old=old, new=size, old_root=root_of(known[:old]), new_root=root, proof=proof
        )


def test_leaves_beyond_what_was_signed_are_written_anew(acme):
    write_entries(3)
    number_everything()
    keep = Keep(acme.pk)
    with (keep.path / "leaves").open("ab") as file:
        file.write(b"x" * 70)
    write_entries(2)
    size = number_everything()

    assert keep.leaves(0, size + 5) == leaves()
    assert examine(acme.pk).told() == []


def test_a_log_that_has_become_shorter_is_never_signed(superuser):
    write_entries(4)
    number_everything()
    firm_id = Log.objects.get().firm_id
    with superuser.attacking():
        superuser.sql("DELETE FROM proof_logentry WHERE seq > 1")
        superuser.sql("UPDATE proof_log SET size = 2")

    with pytest.raises(CannotSign):
        publish(firm_id)


def test_without_the_private_key_nothing_is_signed_and_no_new_key_is_made(acme):
    write_entries(2)
    number_everything()
    (Keep(acme.pk).path / SIGNING_KEY).unlink()
    write_entries(1)
    sequence(acme.pk)

    with pytest.raises(CannotSign):
        publish(acme.pk)
    with pytest.raises(CannotSign):
        rotate_key(acme.pk)
    assert SigningKey.objects.count() == 1


def test_the_first_checkpoint_of_a_new_key_is_signed_by_both(acme, ledger):
    write_entries(2)
    number_everything()
    old = Keep(acme.pk).signer().verifier
    new = rotate_key(acme.pk).verifier
    write_entries(1)
    number_everything()

    notes_by_age = list(Checkpoint.objects.order_by("created_at", "size").values_list("note", flat=True))
    assert [notes.signed_by(note, [old, new]) for note in notes_by_age] == [
        [old.key_id],
        [old.key_id, new.key_id],
        [new.key_id],
    ]
    assert "proof.key_rotated" in ledger.codes()
    assert {key.key_id for key in Keep(acme.pk).verifiers()} == {old.key_id, new.key_id}
    assert examine(acme.pk).told() == []


def test_a_key_that_was_lost_is_replaced_only_on_request(acme):
    write_entries(2)
    number_everything()
    (Keep(acme.pk).path / SIGNING_KEY).unlink()
    rotate_key(acme.pk, lost=True)
    write_entries(1)
    number_everything()

    assert examine(acme.pk).told() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("signed", ""),
        ("signed", '{"size": 3, "frontier": [], "note": ""}'),
        (SIGNING_KEY, "nothing of the kind"),
        ("0.pub", "x"),
    ],
)
def test_files_that_were_damaged_stop_the_signing_of_this_firm_alone_and_are_told(acme, name, content):
    write_entries(2)
    number_everything()
    (Keep(acme.pk).path / name).write_text(content)
    write_entries(1)

    number_what_waits()

    assert not Pending.objects.filter(firm_id=acme.pk).exists()
    told = examine(acme.pk).told()
    if name == SIGNING_KEY:
        assert told == [], "nothing that was signed is doubted"
    else:
        assert told[0].what == What.FILES and name in told[0].sentence
    assert JobRun.objects.filter(code=ALARM).exists()
