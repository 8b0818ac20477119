"""Documents: what a firm asks of its clients, what they hand in, and what became of it.

Nouns: a document request to one client, its items (each with rules), and the submissions that answer an item.
"""
