"""Sandboxed templates for whatever a firm's people write."""
