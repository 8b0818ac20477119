"""Who a person is: users, sign-in, sessions, invitations, API tokens.

A User is a person, known by an e-mail address, and belongs to no firm: what they may do in which firm stands
in tenancy (Membership) and policies (roles, portal grants).
"""
