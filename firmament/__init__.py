"""Firmament: the operating platform of a professional-services firm."""
