"""The firm's own page: people, teams, roles, walls and why, settings and brand, and one's own profile."""
