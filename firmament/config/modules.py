"""The rooms of the house, in the order of the map. Nothing else lists them."""

MODULES: tuple[str, ...] = (
    "firms",
    "audit",
    "operations",
    "clients",
    "engagements",
    "grants",
    "documents",
    "home",
)
