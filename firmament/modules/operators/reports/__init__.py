"""Words and figures of sessions, and what of a firm an operator may read."""
