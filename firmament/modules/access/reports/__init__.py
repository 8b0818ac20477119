"""What the pages show, gathered from the kernel: queries in, plain rows out."""
