"""The firm's own page: people, roles, walls, audit trail, background work, messages, settings, and one's own profile."""
