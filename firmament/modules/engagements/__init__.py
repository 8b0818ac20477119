"""A piece of work agreed with a client: what was agreed, in which state it is, and who leads it.

Nouns: engagement, lead, service line. A draft becomes active when the client has agreed; it may pause, and ends completed
or canceled.
"""
