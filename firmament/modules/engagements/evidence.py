"""Whoever discards a draft lets go of the walls before it, and says so once."""

from firmament.kernel.ledger.evidence import declare_evidence, deleted
from firmament.modules.engagements.events import EngagementDiscarded

declare_evidence("policies.Wall", deleted(EngagementDiscarded))
