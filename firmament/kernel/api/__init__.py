"""The one typed API: errors, paging, idempotency, tokens."""
