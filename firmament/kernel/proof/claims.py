"""What was signed about a log: every checkpoint in the database, and the last one that is kept outside."""

from collections.abc import Callable

from firmament.kernel.proof.faults import What
from firmament.kernel.proof.keeping import Keep, KeepDamaged, Kept, Signed
from firmament.kernel.proof.models import Checkpoint, SigningKey
from firmament.lib.notes import NoteWrong, Verifier, read_checkpoint, read_note, read_verifier, signed_by

Add = Callable[..., None]


class Claims:
    """Sizes and roots that stand under a signature of ours; whatever is wrong with a checkpoint is told at once.

    `size` is the largest, `kept_size` how many leaves outside were signed.
    """

    def __init__(self, keep: Keep, add: Add) -> None:
        self._add = add
        self.roots: dict[int, bytes] = {}
        self._last_equal = 0
        self.count = 0
        signed = self._read(keep.signed, Signed())
        self.kept_size = signed.size
        none: list[Verifier] = []
        self._keys = self._read(keep.verifiers, none)
        self._foreign()
        if signed.note:
            self._take(signed.note, size=signed.size)
        rows = Checkpoint.objects.order_by("size", "created_at")
        for size, root, key_id, note in rows.values_list("size", "root", "key_id", "note"):
            self.count += 1
            self._take(note, size=size, root=bytes(root), key_id=key_id)
        self.size = max(self.roots, default=0)

    def _read(self, kept: Callable[[], Kept], instead: Kept) -> Kept:
        try:
            return kept()
        except KeepDamaged as damage:
            self._add(What.FILES, note=str(damage))
            return instead

    def _foreign(self) -> None:
        """The table's keys are the files' keys. Without the files we must take the table's, and say so."""
        listed = [read_verifier(text) for text in SigningKey.objects.values_list("verifier", flat=True)]
        known = {str(key) for key in self._keys}
        for key in listed:
            if str(key) not in known:
                self._add(What.KEY, note=key.key_id)
        if not self._keys:
            self._keys = listed

    def _take(self, note: str, *, size: int, root: bytes | None = None, key_id: str = "") -> None:
        try:
            signers = signed_by(note, self._keys)
            checkpoint = read_checkpoint(read_note(note)[0])
        except NoteWrong:
            self._add(What.CHECKPOINT, seq=None, note=str(size))
            return
        same = checkpoint.size == size and root in (None, checkpoint.root) and key_id in ("", *signers)
        if not signers or not same or self.roots.setdefault(size, checkpoint.root) != checkpoint.root:
            self._add(What.CHECKPOINT, note=str(size))

    def compare(self, size: int, root: bytes) -> None:
        """Whether the tree of this size is the one that was signed."""
        if self.roots[size] != root:
            self._add(What.REWRITTEN, seq=self._last_equal, until=size)
        self._last_equal = size
