"""Which words of a text survived in a later one, without keeping the text.

Keyed hashes of overlapping runs of words (shingles; Broder, 1997), of which the smallest are kept as a fair sample
(bottom-k). Without the key nothing can be looked up in them.
"""

import re
from hashlib import blake2b

WORDS = re.compile(r"\w+")
RUN = 3
KEPT = 128
WIDTH = 8


def fingerprint(text: str, key: bytes) -> bytes:
    """At most 128 hashes of eight bytes, sorted; empty for a text without words. `key` is up to 64 bytes."""
    return b"".join(sorted(_hashes(text, key))[:KEPT])


def survival(kept: bytes, text: str, key: bytes) -> float:
    """The share of the fingerprint that `text` still holds, from 0 to 1; 1 for an empty fingerprint."""
    wanted = {kept[at : at + WIDTH] for at in range(0, len(kept), WIDTH)}
    return len(wanted & _hashes(text, key)) / len(wanted) if wanted else 1.0


def _hashes(text: str, key: bytes) -> set[bytes]:
    words = WORDS.findall(text.casefold())
    # Every word by itself too, so that a greeting of two words leaves something to be found.
    runs = {" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 0))} | set(words)
    return {
        blake2b(run.encode("utf-8", "surrogatepass"), digest_size=WIDTH, key=key).digest() for run in runs
    }
