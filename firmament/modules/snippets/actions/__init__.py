"""Everything somebody can do to wording: write it, govern it, share it, bring it from elsewhere."""
