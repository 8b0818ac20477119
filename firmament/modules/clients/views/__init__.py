"""The pages of the room for staff. Import from the submodules."""
