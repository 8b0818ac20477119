"""Signing what the log has become, and keeping it outside of the database."""

from uuid import UUID

from firmament.kernel.ledger.record import record
from firmament.kernel.proof.events import KeyRotated
from firmament.kernel.proof.keeping import Keep, Signed, grown, origin_of
from firmament.kernel.proof.models import Checkpoint, Log, LogEntry, SigningKey
from firmament.kernel.proof.sequencer import lock_log
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm, current_firm_id, firm_transaction
from firmament.lib import notes
from firmament.lib.notes import Signer


class CannotSign(Exception):
    """Why no checkpoint can be signed; verification says what was changed."""


def publish(firm_id: UUID) -> bool:
    """Sign a checkpoint over what the log holds by now, if it has grown; whether there is a new one.

    What was signed before is taken from the files and only the new leaves from the database, so no signature ever
    covers a past that was rewritten. CannotSign when the log is shorter than it was, or the private key is not here.
    """
    with firm_transaction(firm_id):
        row = lock_log()
        if row is None:
            return False
        keep = Keep(firm_id)
        signed = keep.signed()
        if row.size == signed.size:
            return bool(signed.note) and _write_down(signed)
        signer = keep.signer() or _first_key(keep)
        after = _sign(keep, signed, row, [signer])
        return _write_down(after)


def _first_key(keep: Keep) -> Signer:
    if SigningKey.objects.exists():
        raise CannotSign("The private key is not in the directory of keys of this installation.")
    return keep.first_signer(current_firm())


def _sign(keep: Keep, signed: Signed, row: Log, signers: list[Signer]) -> Signed:
    """Extend what was signed by the leaves that came since, and keep the result outside.

    The public keys first: a death between a key and its public half would leave a signature that nobody knows.
    """
    for signer in signers:
        keep.add_verifier(signer)
    if row.size < signed.size:
        raise CannotSign(f"The log has {row.size} entries; {signed.size} were signed.")
    entries = LogEntry.objects.filter(seq__gte=signed.size, seq__lt=row.size).order_by("seq")
    found = list(entries.values_list("seq", "leaf"))
    if [seq for seq, _leaf in found] != list(range(signed.size, row.size)):
        raise CannotSign("Entries are missing from the log.")
    leaves = [bytes(leaf) for _seq, leaf in found]
    tree = grown(signed, leaves)
    text = notes.Checkpoint(origin=signers[0].name, size=tree.size, root=tree.root()).text
    after = Signed(size=tree.size, frontier=tuple(tree.hashes), note=notes.sign_note(text, signers))
    keep.advance(leaves, signed, after)
    return after


def _write_down(signed: Signed) -> bool:
    """The row of what was signed. The files come first, so after a crash it is written now."""
    text, signatures = notes.read_note(signed.note)
    checkpoint = notes.read_checkpoint(text)
    keys = {verifier.key_id: str(verifier) for verifier in Keep(current_firm_id()).verifiers()}
    known = set(SigningKey.objects.values_list("key_id", flat=True))
    SigningKey.objects.bulk_create(
        [SigningKey(key_id=key_id, verifier=text) for key_id, text in keys.items() if key_id not in known]
    )
    row = Checkpoint(
        size=checkpoint.size, root=checkpoint.root, key_id=signatures[-1].key_id, note=signed.note
    )
    if Checkpoint.objects.filter(size=row.size, key_id=row.key_id).exists():
        return False
    row.save(force_insert=True)
    return True


def rotate_key(firm_id: UUID, *, lost: bool = False) -> Signer:
    """Sign with a new key from now on; its first checkpoint is signed by the old one too. The old private key is deleted.

    `lost`: the old one is not here any more, so nothing but the trail itself says that the new key follows it.
    """
    with firm_transaction(firm_id):
        row = Log.objects.select_for_update().first()
        keep = Keep(firm_id)
        old = keep.signer()
        if row is None or (old is None and not lost):
            raise CannotSign("There is no key yet, or it is not here; --lost makes a new one all the same.")
        name = old.name if old else origin_of(current_firm())
        new = Signer.new(name)
        signers = [old, new] if old else [new]
        signed = keep.signed()
        if row.size >= signed.size and row.size:
            _write_down(_sign(keep, signed, row, signers))
        keep.replace_signer(new)
        record(
            Actor.system("proof.rotate_key"),
            KeyRotated(old_key=old.verifier.key_id if old else "", new_key=new.verifier.key_id),
        )
        return new
