"""Pages for staff: the list, one request and what hangs on it, and the overview."""
