"""Papers: what leaves the house as PDF, from plain values. Reports today, invoices next."""
