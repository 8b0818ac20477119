"""What happens to engagements. Import from the submodules."""
