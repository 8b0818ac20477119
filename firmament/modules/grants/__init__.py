"""Which of a client's people may use the portal, and for what: invitations and grants, on the client's page.

The tables and powers are the kernel's, since every answer of the policies leans on them; here are the pages.
"""
