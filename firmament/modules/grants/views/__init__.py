"""Pages for staff: one file per noun."""
