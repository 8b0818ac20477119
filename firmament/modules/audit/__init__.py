"""The audit trail: who did what, to what, and when. Reading it is written into it.

Nouns: Entry (one line, of `kernel.ledger`), its targets, its personal values that may have been erased.
"""
