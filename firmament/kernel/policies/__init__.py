"""Who may do what: one rule, three answers."""
