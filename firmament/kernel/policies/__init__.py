"""Who may do what: one rule, three answers.

A power (`documents.share`) has one rule, a tree of atoms. `decide.require` and `allows` ask it about one object,
`decide.visible` turns it into SQL for a list, `explain.explain` says why. Roles, teams, portal grants and ethical
walls are the rows it is asked against. Nothing is allowed that no rule allows.
"""
