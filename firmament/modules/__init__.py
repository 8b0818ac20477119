"""The business, room by room, all of one shape."""
