"""The pages of the trail: reading it, and erasing what is personal in it."""
