#!/usr/bin/env python3
"""Checks an export of Firmament's audit trail, offline, without any of Firmament's own code.

    python3 firmament_verify.py EXPORT.zip [--key KEY] [--against CHECKPOINT]
    python3 firmament_verify.py --proofs FILE

KEY is the firm's public key as it was given to you (`name+id+base64`), or a file with it. CHECKPOINT is a file with a
checkpoint that you received earlier, by mail for example. Exit code: 0 all of it is proven, 1 something is wrong (the
first wrong entry is named), 2 the files cannot be read.

How it works. Each entry is one JSON object, the envelope. Its hash is SHA-256(0x00 ‖ envelope), the envelope written in
the one form of RFC 8785. Two hashes make a node, SHA-256(0x01 ‖ left ‖ right), up to one root (RFC 9162 §2.1). The root
and the number of entries are signed: the checkpoint (c2sp.org/tlog-checkpoint, Ed25519 of RFC 8032). Whoever changes,
removes, adds or reorders an entry gets another root, and cannot sign it.

Needs Python 3.9 and its standard library.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import zipfile
import zlib
from pathlib import Path

# 1. The tree: RFC 9162 §2.1


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A root that grows: `stack` holds the roots of the complete subtrees from left to right (RFC 9162 §2.1.2)."""

    def __init__(self):
        self.size = 0
        self.stack = []

    def append(self, leaf):
        number = self.size
        while number & 1:
            leaf = node_hash(self.stack.pop(), leaf)
            number >>= 1
        self.stack.append(leaf)
        self.size += 1

    def root(self):
        if not self.stack:
            return hashlib.sha256().digest()
        root = self.stack[-1]
        for left in self.stack[-2::-1]:
            root = node_hash(left, root)
        return root


def split(size):
    """The largest power of two that is smaller than `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


class Wrong(Exception):
    """What is not proven, in a sentence."""


def root_by_inclusion(index, size, leaf, proof):
    """The root to which leaf `index` leads by this proof: the definition of PATH in RFC 9162 §2.1.3.1, read backwards."""
    if size == 1:
        if proof:
            raise Wrong("The proof is longer than the tree is high.")
        return leaf
    if not proof:
        raise Wrong("The proof is shorter than the tree is high.")
    middle = split(size)
    if index < middle:
        return node_hash(root_by_inclusion(index, middle, leaf, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_by_inclusion(index - middle, size - middle, leaf, proof[:-1]))


def roots_by_consistency(old, new, proof, known):
    """Both roots to which this proof leads: SUBPROOF of RFC 9162 §2.1.4.1, read backwards.

    `known` is the root of the earlier tree, as long as we are at its left edge; None otherwise.
    """
    if old == new:
        if len(proof) != (0 if known else 1):
            raise Wrong("The proof is longer than the tree is high.")
        return (known, known) if known else (proof[0], proof[0])
    if not proof:
        raise Wrong("The proof is shorter than the tree is high.")
    middle = split(new)
    if old <= middle:
        earlier, later = roots_by_consistency(old, middle, proof[:-1], known)
        return earlier, node_hash(later, proof[-1])
    earlier, later = roots_by_consistency(old - middle, new - middle, proof[:-1], None)
    return node_hash(proof[-1], earlier), node_hash(proof[-1], later)


def check_inclusion(index, size, leaf, proof, root):
    check_lengths(leaf, root, *proof)
    if not 0 <= index < size or len(proof) > 64:
        raise Wrong("There is no such entry in a tree of this size.")
    if root_by_inclusion(index, size, leaf, proof) != root:
        raise Wrong("The proof leads to another root.")


def check_consistency(old, new, old_root, new_root, proof):
    if old == new and old >= 0:
        if proof or old_root != new_root:
            raise Wrong("Two trees of the same size have the same root, and need no proof.")
        return
    check_lengths(old_root, new_root, *proof)
    if not 0 < old < new or len(proof) > 65:
        raise Wrong("An earlier tree has entries, and fewer than the later one.")
    if roots_by_consistency(old, new, proof, old_root) != (old_root, new_root):
        raise Wrong("The later tree does not begin with the earlier one.")


def check_lengths(*hashes):
    if any(len(one) != 32 for one in hashes):
        raise Wrong("A hash has 32 bytes.")


# 2. Ed25519: RFC 8032 §5.1, verification alone. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(one, two):
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def same(one, two):
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        raise Wrong("This is no point of the curve.")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Wrong("This is no point of the curve.")
    return P - x if x & 1 != sign else x


def read_point(raw):
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def check_signature(public, message, signature):
    """RFC 8032 §5.1.7."""
    if len(public) != 32 or len(signature) != 64:
        raise Wrong("A signature has 64 bytes, and a key 32.")
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        raise Wrong("The signature is not in its one form.")
    h = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(h, "little") % ORDER
    if not same(times(s, BASE), add(read_point(signature[:32]), times(k, read_point(public)))):
        raise Wrong("The signature is not of this key over this text.")


# 3. Keys and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint


def read_key(line):
    """(name, key id, 32 bytes) of `name+id+base64(1 ‖ key)`."""
    parts = line.strip().split("+", 2)
    raw = base64.b64decode(parts[2], validate=True) if len(parts) == 3 else b""
    if len(raw) != 33 or raw[0] != 1:
        raise Wrong("This is no Ed25519 key of the form name+id+key: " + line[:80])
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if key_id.hex() != parts[1]:
        raise Wrong("The id of this key is not its own: " + line[:80])
    return parts[0], key_id, raw[1:]


def read_checkpoint(note, keys):
    """(origin, size, root, ids of the keys that signed it); Wrong where none of these keys did."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    signers = []
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        raw = base64.b64decode(encoded, validate=True)
        for known, key_id, public in keys:
            if dash == "\u2014" and (known, key_id) == (name, raw[:4]):
                check_signature(public, text.encode(), raw[4:])
                signers.append(key_id.hex())
    parts = text.split("\n")
    if not signers:
        raise Wrong("The checkpoint is signed by none of the keys that are trusted here.")
    if len(parts) < 4 or not parts[1].isdecimal():
        raise Wrong("This is no checkpoint.")
    root = base64.b64decode(parts[2], validate=True)
    check_lengths(root)
    return parts[0], int(parts[1]), root, signers


def from_mail(text):
    """The checkpoint in a text that may be a whole mail: its signature lines, and the three lines above the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if line.startswith("\u2014 ")), 0)
    if first < 3:
        raise Wrong("There is no checkpoint in the file given with --against.")
    signed = [line for line in lines[first:] if line.startswith("\u2014 ") and line.count(" ") == 2]
    return "\n".join(lines[first - 3 : first]) + "\n\n" + "\n".join(signed) + "\n"


# 4. Envelopes: RFC 8785 for what occurs in them: text, whole numbers of at most 15 digits, true, false, null, lists, objects


def whole(digits):
    if len(digits.lstrip("-")) > 15:
        raise ValueError("a number of more than 15 digits")
    return int(digits)


def broken(digits):
    raise ValueError("a number that is not whole: " + digits)


ENVELOPES = json.JSONDecoder(parse_int=whole, parse_float=broken, parse_constant=broken)
PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value):
    text = PLAIN.encode(value)
    # Python orders keys by code points, the RFC by UTF-16 units; they differ only for keys beyond U+FFFF.
    if not text.isascii() and max(text) > "\uffff":
        text = slowly(value)
    return text.encode()


def slowly(value):
    if isinstance(value, dict):
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(PLAIN.encode(key) + ":" + slowly(value[key]) for key in ordered) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(slowly, value)) + "]"
    return PLAIN.encode(value)


def commitment(salt, value):
    """HMAC-SHA-256 under the salt of the value as compact JSON with sorted keys, as it stands in an envelope's payload."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"hmac-sha256": hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()}


# 5. The export


class Report:
    def __init__(self):
        self.wrong = 0

    def proven(self, sentence):
        print("proven  " + sentence)

    def note(self, sentence):
        print("note    " + sentence)

    def fail(self, sentence):
        self.wrong += 1
        if self.wrong <= 20:
            print("WRONG   " + sentence)


def lines_of(archive, name):
    if name in archive.namelist():
        with archive.open(name) as file:
            for number, line in enumerate(file, 1):
                try:
                    yield ENVELOPES.decode(line.decode())
                except ValueError as reason:
                    raise Wrong(f"{name}, line {number}, cannot be read: {reason}") from None


def verify_export(path, given_key, against):
    report = Report()
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        if manifest.get("format") != 1:
            raise Wrong("This export has a form that this program does not know.")
        theirs = [read_key(line) for line in archive.read("keys.txt").decode().split("\n") if line.strip()]
        keys = [read_key(given_key)] if given_key else theirs
        origin, size, root, signers = read_checkpoint(archive.read("checkpoint.txt").decode(), keys)
        report.proven(
            f"The checkpoint of {origin} over {size} entries is signed by key {', '.join(signers)}."
        )
        if not given_key:
            report.note(
                "That key came with the export. Compare it with the one you were given, or use --key."
            )
        earlier = (
            read_checkpoint(from_mail(Path(against).read_text(encoding="utf-8")), keys) if against else None
        )
        if earlier and earlier[0] != origin:
            raise Wrong("The earlier checkpoint is of another log: " + earlier[0])
        check = check_whole if manifest["kind"] == "whole" else check_part
        promised = check(archive, report, size, root, earlier)
        check_values(archive, report, promised)
    if report.wrong:
        print(f"\n{report.wrong} things are wrong.")
    return 1 if report.wrong else 0


def check_entry(line, seq, report, promised):
    """One entry against its leaf; its commitments are remembered for `check_values`. The leaf that it should have."""
    leaf = bytes.fromhex(line["leaf"])
    envelope = line.get("envelope")
    if envelope is None:
        report.fail(f"Entry {seq} is missing: it was recorded, and has been deleted since.")
        return leaf
    if leaf_hash(canonical(envelope)) != leaf:
        report.fail(f"Entry {seq} ({envelope.get('id')}) is not as it was recorded.")
    for field, value in envelope.get("payload", {}).items():
        if isinstance(value, dict) and "hmac-sha256" in value:
            promised[envelope.get("id"), field] = (seq, value)
    return leaf


def check_whole(archive, report, size, root, earlier):
    """The whole log: every entry, and the root over all of them."""
    tree, promised, then = Tree(), {}, None
    for line in lines_of(archive, "entries.jsonl"):
        seq = tree.size
        if line["seq"] != seq:
            report.fail(f"Entry {seq} is not in the export, or not in its place: {line['seq']} follows.")
            return promised
        tree.append(check_entry(line, seq, report, promised))
        if earlier and tree.size == earlier[1]:
            then = tree.root()
    if tree.size != size:
        report.fail(
            f"The log was cut off: {size} entries were signed, {tree.size} are here; {tree.size} is the first missing."
        )
    elif tree.root() != root:
        report.fail("The entries do not lead to the root that was signed: their hashes were changed.")
    elif not report.wrong:
        report.proven(f"All {size} entries, from 0 to {size - 1}, are those that were signed, in this order.")
    if earlier:
        tell_earlier(report, earlier, size, lambda: earlier[2] == then)
    return promised


def check_part(archive, report, size, root, earlier):
    """Some entries, each with the proof that it stands in the log; nothing is said about the others."""
    promised, count = {}, 0
    proofs = {line["seq"]: line["proof"] for line in lines_of(archive, "proofs.jsonl")}
    for line in lines_of(archive, "entries.jsonl"):
        seq, count = line["seq"], count + 1
        leaf = check_entry(line, seq, report, promised)
        try:
            steps = [base64.b64decode(step, validate=True) for step in proofs.get(seq, [])]
            check_inclusion(seq, size, leaf, steps, root)
        except (Wrong, ValueError) as reason:
            report.fail(f"Entry {seq} is not proven to stand in the log: {reason}")
    if not report.wrong:
        report.proven(
            f"{count} entries stand in the log of {size} entries, at the numbers given, as they are here."
        )
    report.note("This is a part of the log. It says nothing about entries that are not in it.")
    if earlier:
        tell_earlier(report, earlier, size, lambda: extends(archive, earlier, size, root))
    return promised


def extends(archive, earlier, size, root):
    for line in lines_of(archive, "consistency.jsonl"):
        if line["size"] == earlier[1]:
            steps = [base64.b64decode(step, validate=True) for step in line["proof"]]
            try:
                check_consistency(earlier[1], size, earlier[2], root, steps)
            except Wrong:
                return False
            return True
    raise Wrong(
        f"The export has no proof that leads from {earlier[1]} entries to {size}; ask for the whole log."
    )


def tell_earlier(report, earlier, size, fits):
    if earlier[1] > size:
        report.fail(
            f"The checkpoint has {earlier[1]} entries, this export only {size}. If you had the checkpoint before the export"
            " was made, the log was cut off; if you got it later, it says nothing: ask for a new export."
        )
    elif fits():
        report.proven(
            f"The log begins with the {earlier[1]} entries of the earlier checkpoint; none was changed since."
        )
    else:
        report.fail(
            f"The log is not the one of the earlier checkpoint over {earlier[1]} entries: history was rewritten."
        )


def check_values(archive, report, promised):
    """Personal values that were exported are those to which the entries commit."""
    count = 0
    if "personal.jsonl" not in archive.namelist():
        return
    with archive.open("personal.jsonl") as file:
        for raw in file:
            line = json.loads(raw)
            seq, promise = promised.get((line["id"], line["field"]), (None, None))
            count += 1
            if promise != commitment(bytes.fromhex(line["salt"]), line["value"]):
                report.fail(
                    f"The value “{line['field']}” of entry {seq} ({line['id']}) is not the one that was recorded."
                )
    if count and not report.wrong:
        report.proven(f"{count} personal values are those to which the entries commit.")


# 6. Bare proofs, as the tests of other implementations give them


def verdict(case):
    """True or False for one case; hashes are base64, and null is an empty proof."""
    try:
        proof = [base64.b64decode(step, validate=True) for step in case["proof"] or []]
        if "leafIdx" in case:
            leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
            check_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
        else:
            roots = [base64.b64decode(case[name] or "") for name in ("root1", "root2")]
            check_consistency(case["size1"], case["size2"], *roots, proof)
    except (Wrong, ValueError, TypeError, KeyError):
        return False
    return True


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", nargs="?", help="the ZIP file")
    parser.add_argument("--key", help="the firm's public key, or a file with it")
    parser.add_argument("--against", metavar="CHECKPOINT", help="a file with an earlier checkpoint")
    parser.add_argument(
        "--proofs", metavar="FILE", help="check bare proofs and print a JSON list of true and false"
    )
    asked = parser.parse_args()
    try:
        if asked.proofs:
            cases = json.loads(Path(asked.proofs).read_text(encoding="utf-8"))
            print(json.dumps([verdict(case) for case in cases]))
            return 0
        if not asked.export:
            parser.error("name an export, or --proofs")
        key = asked.key
        if key and Path(key).is_file():
            key = Path(key).read_text(encoding="utf-8").strip()
        return verify_export(asked.export, key, asked.against)
    except Wrong as reason:
        print(f"WRONG   {reason}")
        return 1
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as reason:
        print(f"This cannot be read as an export: {type(reason).__name__}: {reason}", file=sys.stderr)
        return 2
    except (zipfile.BadZipFile, zlib.error) as reason:
        print(f"This cannot be read as an export: {type(reason).__name__}: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
