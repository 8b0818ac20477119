"""Whoever purges a client lets go of its portal grants and walls, and says so once."""

from firmament.kernel.ledger.evidence import declare_evidence, deleted
from firmament.modules.clients.events.bin import ClientPurged

declare_evidence("policies.PortalGrant", deleted(ClientPurged))
declare_evidence("policies.Wall", deleted(ClientPurged))
