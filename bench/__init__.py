"""Measurements, each a command that prints a table and writes the same numbers as JSON."""
