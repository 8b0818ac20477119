"""Pages of the room: the picker, and the use of wording."""
