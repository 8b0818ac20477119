"""Blobs by content, uploads, scanning, signed delivery."""
