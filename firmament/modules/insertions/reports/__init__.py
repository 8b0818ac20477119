"""What the picker offers, how wording is used, and how that reads as figures."""
