"""Things: tables of no business, installed in tests alone, on which the kernel's bases are tried."""
