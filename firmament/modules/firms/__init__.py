"""The firm's own page: people, teams, settings and brand, and one's own profile."""
