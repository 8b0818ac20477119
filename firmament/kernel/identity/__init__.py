"""Who a person is: users, sign-in, sessions, invitations, API tokens."""
