"""What the boards show: queries in, plain figures out, each with the address of the rows behind it."""
