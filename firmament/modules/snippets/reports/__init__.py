"""Questions about wording, answered by plain rows."""
