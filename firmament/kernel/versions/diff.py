"""What changed between two versions (the algorithms are `lib.diffing`'s), shaped for `<c-ui.diff>`."""

from firmament.lib.diffing import FieldDiff, Part, diff_content, diff_lines, diff_words

__all__ = ["FieldDiff", "Part", "diff_content", "diff_lines", "diff_words"]
