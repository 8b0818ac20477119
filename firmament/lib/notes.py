"""Signed notes and checkpoints as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A note is text, an empty line, and signature lines `— name base64(key id ‖ signature)`. A checkpoint's text is its
origin, the tree's size and the base64 of its root, a line each. A key stands as `name+key id+base64(1 ‖ key)`.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from firmament.lib.merkle import SIZE

ED25519 = b"\x01"
PRIVATE = "PRIVATE+KEY"
NAME = re.compile(r"[^\s+]+")


class NoteWrong(ValueError):
    """It is no note, checkpoint or key of this form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key and the name it signs under."""

    name: str
    public: bytes

    @property
    def key_id(self) -> str:
        """The first four bytes of SHA-256(name ‖ newline ‖ 1 ‖ key), in hex."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).hexdigest()[:8]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id}+{_text(ED25519 + self.public)}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key and the name it signs under. Never printed."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def new(cls, name: str) -> "Signer":
        """A key that did not exist before."""
        if not NAME.fullmatch(name):
            raise NoteWrong("A key's name has no blank and no plus sign.")
        return cls(name=name, seed=Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """Its public half."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return Verifier(name=self.name, public=key.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """64 bytes over the text."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())

    def private_text(self) -> str:
        """As it is kept in a file."""
        return f"{PRIVATE}+{self.name}+{self.verifier.key_id}+{_text(ED25519 + self.seed)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line."""

    name: str
    key_id: str
    value: bytes


def read_verifier(text: str) -> Verifier:
    """A public key from its one line; NoteWrong if it is none, or says another id than its own."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not NAME.fullmatch(parts[0]):
        raise NoteWrong("This is no key of the form name+id+key.")
    verifier = Verifier(name=parts[0], public=_key(parts[2]))
    if verifier.key_id != parts[1]:
        raise NoteWrong("The id of this key is not its own.")
    return verifier


def read_signer(text: str) -> Signer:
    """A private key from its one line; NoteWrong if it is none."""
    parts = text.strip().removeprefix(f"{PRIVATE}+").split("+", 2)
    if not text.startswith(PRIVATE) or len(parts) != 3:
        raise NoteWrong("This is no private key of the form PRIVATE+KEY+name+id+key.")
    signer = Signer(name=parts[0], seed=_key(parts[2]))
    if signer.verifier.key_id != parts[1]:
        raise NoteWrong("The id of this key is not its own.")
    return signer


def sign_note(text: str, signers: Iterable[Signer]) -> str:
    """The text with the signature lines of these keys under it."""
    lines = [
        f"— {signer.name} {_text(bytes.fromhex(signer.verifier.key_id) + signer.sign(text))}\n"
        for signer in signers
    ]
    return f"{text}\n{''.join(lines)}"


def read_note(note: str) -> tuple[str, list[Signature]]:
    """The text that was signed, and its signatures; NoteWrong if it is no note."""
    text, parting, lines = note.rpartition("\n\n")
    if not parting or not lines.endswith("\n"):
        raise NoteWrong("There is no signature under this note.")
    return f"{text}\n", [_signature(line) for line in lines.splitlines()]


def read_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from a note's text; NoteWrong if it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteWrong("This is no checkpoint: it has an origin, a size and a root, a line each.")
    root = _bytes(lines[2])
    if len(root) != SIZE:
        raise NoteWrong("The root of a checkpoint has 32 bytes.")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def signed_by(note: str, verifiers: Sequence[Verifier]) -> list[str]:
    """The ids of those keys that signed this note; a wrong signature of a known key counts for nothing."""
    text, signatures = read_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    found = []
    for signature in signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier and verifier.accepts(text, signature.value):
            found.append(verifier.key_id)
    return found


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise NoteWrong("A line under this note is no signature.")
    value = _bytes(parts[2])
    if len(value) < 5:
        raise NoteWrong("A signature under this note is too short.")
    return Signature(name=parts[1], key_id=value[:4].hex(), value=value[4:])


def _key(text: str) -> bytes:
    raw = _bytes(text)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise NoteWrong("Keys are Ed25519 keys of 32 bytes.")
    return raw[1:]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteWrong("Something in this note is not base64.") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
