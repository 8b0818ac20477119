"""Home: each person's day. For staff what waits, what is late, what changed; for a client the one next step."""
