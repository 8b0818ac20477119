"""Snippets: approved wording, found fast, filled in safely, and known.

Nouns: a snippet (its key, shortcut, reach and state), its versions, what they contain, and whom it is shared with.
Every use of it is `insertions`' to note; whole libraries as files are `libraries`'.
"""
