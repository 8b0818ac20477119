"""What happens to clients, contacts and engagements. Import from the submodules."""
