"""Versions: immutable states of whatever a room keeps, numbered without gaps, compared and restored as one mechanism."""
