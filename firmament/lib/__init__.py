"""Pure Python: instants, ids, text, tables. No models, no settings."""
