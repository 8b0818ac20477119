"""Base pages, components, styles and scripts. No business words, no models."""
