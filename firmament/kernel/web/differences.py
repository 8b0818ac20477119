"""What changed between two texts, drawn for people: the lines of `<c-ui.diff>` from the parts of `lib.diffing`."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import ngettext

from firmament.lib.diffing import Part, diff_content, diff_lines, diff_words
from firmament.ui.shapes import ComparedField, DiffLine

# Unchanged lines shown around a change; and the share of a rewritten stretch that has to be the old text before its
# words are marked one by one: below it the marks would be confetti.
AROUND = 3
ALIKE = 0.3


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ComparedField, ...]:
    """The fields that differ, with their lines; by the label that people know them by."""
    return tuple(
        ComparedField(label=label, lines=readable_lines(before.get(label, ""), after.get(label, "")))
        for label in dict.fromkeys((*before, *after))
        if before.get(label) != after.get(label)
    )


def readable_lines(old: str, new: str) -> tuple[DiffLine, ...]:
    """Lines for `<c-ui.diff>`: changed words marked within their lines, long unchanged stretches left out."""
    runs = [
        (same, list(parts)) for same, parts in groupby(diff_lines(old, new), key=lambda p: p.kind == "same")
    ]
    found: list[DiffLine] = []
    for place, (same, parts) in enumerate(runs):
        if not same:
            found += _changed(parts)
            continue
        texts = [part.text for part in parts]
        head = 0 if place == 0 else AROUND
        tail = 0 if place == len(runs) - 1 else AROUND
        if len(runs) == 1 or len(texts) <= head + tail + 1:
            found += [DiffLine(kind="kept", text=text) for text in texts]
            continue
        found += [DiffLine(kind="kept", text=text) for text in texts[:head]]
        found.append(_gap(len(texts) - head - tail))
        found += [DiffLine(kind="kept", text=text) for text in texts[len(texts) - tail :]]
    return tuple(found)


def _gap(lines: int) -> DiffLine:
    words = ngettext("%(n)s line unchanged", "%(n)s lines unchanged", lines) % {"n": lines}
    return DiffLine(kind="gap", text=words)


def _changed(parts: list[Part]) -> Iterator[DiffLine]:
    removed = [part.text for part in parts if part.kind == "removed"]
    added = [part.text for part in parts if part.kind == "added"]
    before, after = _marked(removed, added) if removed and added else ([], [])
    for place, text in enumerate(removed):
        yield DiffLine(kind="removed", text=text, words=before[place] if before else ())
    for place, text in enumerate(added):
        yield DiffLine(kind="added", text=text, words=after[place] if after else ())


def _marked(removed: list[str], added: list[str]) -> tuple[list[tuple[Part, ...]], list[tuple[Part, ...]]]:
    """The words of each line on both sides; nothing where the two have too little in common."""
    old, new = "\n".join(removed), "\n".join(added)
    words = diff_words(old, new)
    alike = sum(len(part.text) for part in words if part.kind == "same")
    if alike < ALIKE * max(len(old), len(new)):
        return [], []
    return _by_line(words, "added"), _by_line(words, "removed")


def _by_line(words: tuple[Part, ...], without: str) -> list[tuple[Part, ...]]:
    lines: list[list[Part]] = [[]]
    for part in words:
        if part.kind == without:
            continue
        first, *others = part.text.split("\n")
        for text, fresh in ((first, False), *((text, True) for text in others)):
            if fresh:
                lines.append([])
            if text:
                lines[-1].append(Part(part.kind, text))
    return [tuple(line) for line in lines]


def readable_content(content: Mapping[str, Any]) -> dict[str, str]:
    """A room without words of its own for its fields: every leaf by its path."""
    return {diff.path: diff.after or "" for diff in diff_content({}, dict(content))}
