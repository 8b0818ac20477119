"""Whose data: firms, memberships, the actor, and the transaction that belongs to one firm."""
