"""How the firm governs what it keeps: what waits for somebody's approval, and the tags things are sorted by.

Nouns: Approval (of `kernel.approvals`), Tag (of `kernel.labels`). The rooms whose things these are decide and tag; here
are the pages and operations that reach over all of them.
"""
