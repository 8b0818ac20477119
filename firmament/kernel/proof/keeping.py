"""What of a firm's log is kept outside of the database: its keys, its leaves, its last checkpoint.

Whoever owns the database owns every table in it. They do not own these files: without the private key they cannot sign
another history, and the leaves and the last checkpoint here say what the tables said when it was signed. One directory
a firm under PROOF_ROOT, closed to everybody else:

    signing-key     the private key, one line
    <key id>.pub    each public key there has been
    leaves          the leaf hashes, 32 bytes each, in order; at least as many as were signed
    signed          JSON: size, the complete subtrees from left to right, the last signed note

It is written by whoever holds the lock on the firm's `Log`.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from firmament.kernel.tenancy.models import Firm
from firmament.lib.merkle import SIZE, Frontier
from firmament.lib.notes import Signer, Verifier, read_note, read_signer, read_verifier
from firmament.lib.secret_files import keep_secret, write_secret

SIGNING_KEY = "signing-key"
LEAVES = "leaves"
SIGNED = "signed"

Kept = TypeVar("Kept")


class KeepDamaged(Exception):
    """A file of the keep does not hold what was written there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """How far this installation has signed: `note` is its last checkpoint, "" before the first."""

    size: int = 0
    frontier: tuple[bytes, ...] = ()
    note: str = ""


class Keep:
    """The files of one firm."""

    def __init__(self, firm_id: UUID) -> None:
        self.path = Path(settings.PROOF_ROOT) / str(firm_id)

    def signer(self) -> Signer | None:
        """The private key; None before there is one, or where the files are elsewhere. KeepDamaged if it is none."""
        path = self.path / SIGNING_KEY
        return _read(path, read_signer) if path.exists() else None

    def verifiers(self) -> list[Verifier]:
        """Every key that this installation has ever signed with. KeepDamaged if one is none."""
        return [_read(path, read_verifier) for path in sorted(self.path.glob("*.pub"))]

    def first_signer(self, firm: Firm) -> Signer:
        """Make the key of a firm that has none; of two processes that try, both get the same."""
        self._make()
        made = Signer.new(origin_of(firm))
        return read_signer(keep_secret(self.path / SIGNING_KEY, made.private_text() + "\n"))

    def replace_signer(self, signer: Signer) -> None:
        """From now on sign with this key. The one before it is gone for good, its public half stays."""
        self.add_verifier(signer)
        write_secret(self.path / SIGNING_KEY, signer.private_text() + "\n")

    def add_verifier(self, signer: Signer) -> None:
        """Keep the public half of a key; it stays when the key itself goes."""
        self._make()
        path = self.path / f"{signer.verifier.key_id}.pub"
        if not path.exists():
            write_secret(path, f"{signer.verifier}\n")

    def signed(self) -> Signed:
        """How far it was signed. KeepDamaged if that cannot be read any more."""
        path = self.path / SIGNED
        return _read(path, _read_signed) if path.exists() else Signed()

    def leaves(self, first: int, count: int) -> list[bytes]:
        """The leaf hashes from number `first` on, as far as they are kept."""
        path = self.path / LEAVES
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(first * SIZE)
            raw = file.read(count * SIZE)
        return [raw[at : at + SIZE] for at in range(0, len(raw) - SIZE + 1, SIZE)]

    def advance(self, leaves: list[bytes], before: Signed, after: Signed) -> None:
        """Keep more leaves and the checkpoint over them; the checkpoint last, so a crash leaves it as it was."""
        self._make()
        handle = os.open(self.path / LEAVES, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            # What stands beyond was written before a crash and never signed.
            file.truncate(before.size * SIZE)
            file.seek(before.size * SIZE)
            file.write(b"".join(leaves))
            file.flush()
            os.fsync(file.fileno())
        frontier = [one.hex() for one in after.frontier]
        text = json.dumps({"size": after.size, "frontier": frontier, "note": after.note})
        write_secret(self.path / SIGNED, text)

    def _make(self) -> None:
        # One by one: the mode counts for the last of several alone.
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)


def _read(path: Path, reader: Callable[[str], Kept]) -> Kept:
    try:
        return reader(path.read_text())
    except (ValueError, KeyError, TypeError) as reason:
        raise KeepDamaged(f"{path.name} does not hold what was written there.") from reason


def _read_signed(text: str) -> Signed:
    kept = json.loads(text)
    tree = Frontier(kept["size"], [bytes.fromhex(one) for one in kept["frontier"]])
    read_note(kept["note"])
    return Signed(size=tree.size, frontier=tuple(tree.hashes), note=kept["note"])


def origin_of(firm: Firm) -> str:
    """The name of a firm's log: the public address and the firm's place there, as they are when its first key is made."""
    return f"{urlsplit(settings.PUBLIC_URL).netloc}/w/{firm.slug}"


def grown(before: Signed, leaves: list[bytes]) -> Frontier:
    """The tree that was signed, with these leaves after it."""
    frontier = Frontier(before.size, before.frontier)
    for leaf in leaves:
        frontier.append(leaf)
    return frontier
