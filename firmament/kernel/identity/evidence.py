"""A firm is founded with its roles, and who joins comes with theirs: one event says both."""

from firmament.kernel.identity.events import FirmFounded, MemberJoined
from firmament.kernel.ledger.evidence import added, declare_evidence, deleted

declare_evidence("policies.Role", added(FirmFounded))
declare_evidence("policies.RolePower", added(FirmFounded))
declare_evidence("policies.RoleAssignment", added(MemberJoined), deleted(MemberJoined))
