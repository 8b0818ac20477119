"""Break-glass: the platform's operators look into a firm, for a reason, for a time, and never unseen.

An operator is an account of the installation and of no firm. A session opens one firm to one operator, for reading
metadata, four hours at most, after a second operator has agreed or, in an emergency, before one looks it over.
"""
