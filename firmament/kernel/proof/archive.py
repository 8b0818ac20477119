"""An export with its proof: a ZIP file that `tools/firmament_verify.py` checks without this program.

manifest.json, checkpoint.txt, keys.txt, entries.jsonl (number, leaf, envelope), personal.jsonl (values with their salts,
where they are still there and wanted), README.txt; in a part of the log also proofs.jsonl (an inclusion proof for each
entry) and consistency.jsonl (a proof from each earlier checkpoint).
"""

import base64
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from firmament.kernel.proof.keeping import Keep
from firmament.kernel.proof.leaves import written
from firmament.kernel.proof.models import Checkpoint, LogEntry, SigningKey
from firmament.kernel.proof.sources import sources
from firmament.kernel.proof.tree import Tree
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.instant import now
from firmament.lib.notes import read_checkpoint, read_note

FORMAT = 1
STEP = 1000
# A part of the log leads from so many of the newest checkpoints to the one it is proven by.
EARLIER = 1000

Report = Callable[[int, int], object]
Numbered = tuple[int, UUID, str, bytes]

README = """\
An export of Firmament's audit trail, with its proof.

{about}

To check it, take the one file firmament_verify.py from a source that you trust, not from whoever gave you this export. It
needs Python 3.9 and nothing else, and no network:

    python3 firmament_verify.py {name}
    python3 firmament_verify.py {name} --key KEY --against CHECKPOINT

KEY is the firm's public key as it was told to you before. CHECKPOINT is a file with a checkpoint that somebody outside of
the firm's computers has kept, such as the text of a mail: with it you also see whether anything was changed since that day.

What is in it:
    checkpoint.txt     how many entries the log had, its root, and the signature of both (c2sp.org/tlog-checkpoint, Ed25519)
    keys.txt           the public keys; they prove nothing unless you know them from elsewhere
    entries.jsonl      one entry a line: its number, its hash (leaf), and what it says (envelope)
    personal.jsonl     personal values with their salts. An envelope holds HMAC-SHA-256(salt, value) in their place; a value
                       that is not here was erased, or is not for the reader, and the entry is proven all the same
    proofs.jsonl       in a part of the log: for each entry the hashes that lead from its leaf to the root
    consistency.jsonl  in a part of the log: the hashes that lead from each earlier checkpoint to this one

leaf = SHA-256(0x00 ‖ envelope in the form of RFC 8785), node = SHA-256(0x01 ‖ left ‖ right): RFC 9162, section 2.1.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What went into the file."""

    size: int
    entries: int
    values: int


class NothingSigned(Exception):
    """There is no checkpoint yet, so there is nothing to prove."""


def newest_checkpoint() -> Checkpoint | None:
    """The last checkpoint of the firm at hand."""
    return Checkpoint.objects.order_by("-size", "-created_at").first()


def write_archive(
    into: IO[bytes],
    *,
    name: str,
    values: bool,
    only: Sequence[UUID] | None = None,
    report: Report = lambda done, total: None,
) -> Written:
    """Write the whole log, or `only` these rows, as far as they are signed; `values` with personal values.

    NothingSigned before the first checkpoint.
    """
    checkpoint = newest_checkpoint()
    if checkpoint is None:
        raise NothingSigned
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        writer = _Writer(archive, checkpoint, name=name, whole=only is None)
        rows = _whole(checkpoint.size) if only is None else _some(only, checkpoint.size)
        total = checkpoint.size if only is None else len(only)
        return writer.write(rows, values=values, report=report, total=total)


def _whole(size: int) -> Iterator[list[Numbered]]:
    for first in range(0, size, STEP):
        rows = LogEntry.objects.filter(seq__gte=first, seq__lt=min(first + STEP, size)).order_by("seq")
        yield _plain(rows.values_list("seq", "id", "source", "leaf"))


def _some(ids: Sequence[UUID], size: int) -> Iterator[list[Numbered]]:
    """By number, whatever order the ids come in."""
    found: list[Numbered] = []
    for first in range(0, len(ids), STEP):
        rows = LogEntry.objects.filter(pk__in=list(ids[first : first + STEP]), seq__lt=size)
        found += _plain(rows.values_list("seq", "id", "source", "leaf"))
    found.sort()
    for first in range(0, len(found), STEP):
        yield found[first : first + STEP]


def _plain(rows: object) -> list[Numbered]:
    return [(seq, pk, source, bytes(leaf)) for seq, pk, source, leaf in rows]  # type: ignore[attr-defined]


class _Writer:
    def __init__(self, archive: zipfile.ZipFile, checkpoint: Checkpoint, *, name: str, whole: bool) -> None:
        self.archive = archive
        self.checkpoint = checkpoint
        self.whole = whole
        self.name = name
        self.keep = Keep(current_firm_id())

    def write(
        self, batches: Iterator[list[Numbered]], *, values: bool, report: Report, total: int
    ) -> Written:
        numbers: list[int] = []
        personal: list[str] = []
        with self.archive.open("entries.jsonl", "w", force_zip64=True) as file:
            for rows in batches:
                personal += self._entries(file, rows, values=values)
                numbers += [row[0] for row in rows]
                report(len(numbers), total)
        if values:
            self.archive.writestr("personal.jsonl", "".join(personal))
        if not self.whole:
            self._proofs(numbers)
        self._rest(len(numbers))
        return Written(size=self.checkpoint.size, entries=len(numbers), values=len(personal))

    def _entries(self, file: IO[bytes], rows: list[Numbered], *, values: bool) -> list[str]:
        envelopes: dict[UUID, bytes] = {}
        personal: list[str] = []
        for code, source in sources().items():
            ids = [pk for _seq, pk, of, _leaf in rows if of == code]
            envelopes |= {pk: written(envelope) for pk, envelope in source.envelope(ids).items()}
            for value in source.personal(ids) if values and source.personal and ids else ():
                line = {
                    "id": str(value.object_id),
                    "field": value.field,
                    "salt": value.salt.hex(),
                    "value": value.value,
                }
                personal.append(json.dumps(line, ensure_ascii=False) + "\n")
        kept = self._kept([row[0] for row in rows])
        for seq, pk, _source, leaf in rows:
            # The leaf that was signed, so that an entry and a log which were changed together are told apart.
            signed = kept.get(seq, leaf)
            head = f'{{"seq":{seq},"leaf":"{signed.hex()}","envelope":'.encode()
            file.write(head + envelopes.get(pk, b"null") + b"}\n")
        return personal

    def _kept(self, numbers: Sequence[int]) -> dict[int, bytes]:
        if not numbers:
            return {}
        first, end = numbers[0], numbers[-1] + 1
        if end - first > 50 * STEP:
            return {seq: leaf for seq in numbers for leaf in self.keep.leaves(seq, 1)}
        return dict(enumerate(self.keep.leaves(first, end - first), first))

    def _proofs(self, numbers: Sequence[int]) -> None:
        tree, size = Tree(), self.checkpoint.size
        with self.archive.open("proofs.jsonl", "w", force_zip64=True) as file:
            for seq in numbers:
                file.write(_line({"seq": seq, "proof": _text(tree.inclusion(seq, size))}))
        sizes = Checkpoint.objects.filter(size__gt=0, size__lt=size).order_by("-size")
        with self.archive.open("consistency.jsonl", "w") as file:
            for old in sizes.values_list("size", flat=True).distinct()[:EARLIER]:
                file.write(_line({"size": old, "proof": _text(tree.consistency(old, size))}))

    def _rest(self, count: int) -> None:
        origin = read_checkpoint(read_note(self.checkpoint.note)[0]).origin
        size = self.checkpoint.size
        about = (
            f"It is the whole log of {origin}: {size} entries."
            if self.whole
            else f"It is a part of the log of {origin}: {count} of {size} entries. It says nothing about the others."
        )
        manifest = {
            "format": FORMAT,
            "kind": "whole" if self.whole else "part",
            "origin": origin,
            "firm": str(current_firm_id()),
            "size": size,
            "entries": count,
            "made_at": now().isoformat(timespec="seconds"),
        }
        keys = SigningKey.objects.order_by("created_at").values_list("verifier", flat=True)
        self.archive.writestr("checkpoint.txt", self.checkpoint.note)
        self.archive.writestr("keys.txt", "".join(f"{key}\n" for key in keys))
        self.archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        self.archive.writestr("README.txt", README.format(about=about, name=self.name))


def _text(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
