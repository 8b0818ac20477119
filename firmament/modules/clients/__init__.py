"""Clients: whom the firm works for, and the people there.

Nouns: Client (an organisation or a person), Contact (somebody at a client). Every other room hangs what it makes on one
of these.
"""
