"""What happens to clients and contacts. Import from the submodules."""
