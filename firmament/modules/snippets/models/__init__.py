"""Approved wording: snippets, their versions, and whom they are shared with."""

from firmament.modules.snippets.models.snippets import Snippet, SnippetGrant, SnippetQuerySet, SnippetTag
from firmament.modules.snippets.models.versions import SnippetInclude, SnippetVersion

__all__ = [
    "Snippet",
    "SnippetGrant",
    "SnippetInclude",
    "SnippetQuerySet",
    "SnippetTag",
    "SnippetVersion",
]
