"""The rooms of the house, in the order of the map. Nothing else lists them."""

MODULES: tuple[str, ...] = (
    "access",
    "firms",
    "audit",
    "operations",
    "clients",
    "engagements",
    "snippets",
    "libraries",
    "insertions",
    "grants",
    "documents",
    "governance",
    "compliance",
    "home",
    "operators",
)
