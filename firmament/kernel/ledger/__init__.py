"""What was done: the audit trail and, in the same row, what follows from it."""
