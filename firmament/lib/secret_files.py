"""Files that hold a secret: readable by their owner alone, written whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Write `text` to a file only its owner can read, whole or not at all."""
    _draft_of(path, text).replace(path)


def keep_secret(path: Path, text: str) -> str:
    """Write `text` the same way unless the file is there already; what stands in it then.

    Web server and worker may both start in an empty home: they must agree on one key, or neither can read
    what the other has signed.
    """
    draft = _draft_of(path, text)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text()


def _draft_of(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        # Or a power cut may leave the new name with nothing in it.
        os.fsync(file.fileno())
    return draft
