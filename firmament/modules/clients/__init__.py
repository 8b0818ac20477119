"""Clients: whom the firm works for, the people there, and what was agreed with them.

Nouns: Client (an organisation or a person), Contact (somebody at a client), Engagement (a piece of agreed work).
Every other room hangs what it makes on one of these.
"""
