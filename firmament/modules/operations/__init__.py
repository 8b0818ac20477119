"""What the house does by itself: background work that ran or failed, and messages that left it.

Nouns: Work (a JobRun of `kernel.jobs`), Schedule, Message (a Delivery of `kernel.messages`) and its attempts.
"""
