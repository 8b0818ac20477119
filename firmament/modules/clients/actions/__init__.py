"""What somebody can do with clients, contacts and engagements. Import from the submodules."""
