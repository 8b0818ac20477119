"""Sharing: who may use, edit or approve a thing that would not be theirs otherwise. One mechanism for every room."""
