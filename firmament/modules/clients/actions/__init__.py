"""What somebody can do with clients and contacts. Import from the submodules."""
