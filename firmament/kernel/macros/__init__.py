"""Macros: follow-up steps that rooms declare, run together on one thing or not at all, and taken back the same way."""
