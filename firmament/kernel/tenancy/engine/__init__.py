"""Django's PostgreSQL engine, with BEGIN and the firm's setting in one message."""
