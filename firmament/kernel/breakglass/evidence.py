"""Which event tells of what becomes of an operator's session."""

from firmament.kernel.breakglass.events import (
    SessionApproved,
    SessionClosed,
    SessionOpened,
    SessionRequested,
    SessionReviewed,
)
from firmament.kernel.ledger.evidence import added, becoming, changed, declare_evidence, fixed

declare_evidence(
    "breakglass.Session",
    added(SessionRequested, SessionOpened),
    becoming("state", "approved", SessionApproved),
    becoming("state", "open", SessionOpened),
    becoming("state", "closed", SessionClosed),
    becoming("state", "reviewed", SessionReviewed),
    changed("approved_by", "approved_at", by=(SessionApproved,)),
    changed("opened_at", "ends_at", by=(SessionOpened,)),
    changed("closed_at", "closed_how", "closed_by_operator", "closed_by_member", by=(SessionClosed,)),
    changed("reviewed_by", "reviewed_at", "verdict", "note", by=(SessionReviewed,)),
    fixed(
        *("operator", "reason", "ticket", "minutes", "emergency", "requested_at"),
        why="what was asked for is what is granted",
    ),
)
