"""Pages for staff: the library, one snippet, writing and governing it."""
