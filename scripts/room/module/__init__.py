"""Sample things: what the firm keeps for a client until it is done.

Nouns: a sample thing belongs to one client; it is open until somebody finishes it, and overdue when its day has passed.
"""
