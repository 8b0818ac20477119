"""Break-glass as people see it: the desk of those who run the platform, and the firm's register of their looks into it.

Its nouns are the kernel's (`kernel.breakglass`): operators, and their sessions.
"""
