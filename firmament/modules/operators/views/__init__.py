"""Pages of the desk, of a look into a firm, and of the firm's register."""
