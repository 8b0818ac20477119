"""Who may do what: the roles of the firm, ethical walls, and why somebody can, or cannot.

The tables and the rules are the kernel's, since every answer of the policies leans on them; here are the pages.
"""
