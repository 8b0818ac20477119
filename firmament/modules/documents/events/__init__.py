"""What happens to requests and their items (`requests`), and to the files handed in (`submissions`)."""
