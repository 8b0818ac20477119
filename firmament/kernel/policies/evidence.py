"""Which event tells of a change of who may do what."""

from firmament.kernel.ledger.evidence import (
    NOTHING,
    added,
    becoming,
    changed,
    declare_evidence,
    deleted,
    fixed,
    stays,
)
from firmament.kernel.policies.events import (
    BuiltInRolesRefreshed,
    PortalGranted,
    PortalRevoked,
    PortalScopesChanged,
    PowersLent,
    PowersRenamed,
    PowersTakenBack,
    RoleAssigned,
    RoleChanged,
    RoleCopied,
    RoleDeleted,
    RoleRestored,
    RoleRevoked,
    TeamArchived,
    TeamCreated,
    TeamMemberAdded,
    TeamMemberRemoved,
    TeamRenamed,
    TeamRestored,
    WallLifted,
    WallRaised,
    WallReviewed,
)
from firmament.kernel.policies.kernel_events import (
    DutiesEnforced,
    DutiesJoined,
    DutiesParted,
    DutyExempted,
    DutyExemptionEnded,
)

_WHO = "who it is about is who it is: another one is another row"

declare_evidence(
    "policies.Role",
    added(RoleCopied, BuiltInRolesRefreshed),
    changed("name", "clearance", by=(RoleChanged,)),
    changed("deleted_at", by=(RoleDeleted,)),
    becoming("deleted_at", NOTHING, RoleRestored),
    fixed("code", "built_in", "origin", why="the trail and later releases know a role by them"),
    stays(why="a deleted role is kept, so that the deleting can be taken back"),
)
declare_evidence(
    "policies.RolePower",
    added(RoleCopied, RoleChanged, BuiltInRolesRefreshed, PowersRenamed),
    fixed("role", "power", why="one power comes and another goes"),
    deleted(RoleChanged, PowersRenamed),
)
declare_evidence(
    "policies.RoleAssignment",
    added(RoleAssigned),
    fixed("membership", "role", why=_WHO),
    deleted(RoleRevoked),
)
declare_evidence(
    "policies.Team",
    added(TeamCreated),
    changed("name", by=(TeamRenamed,)),
    changed("archived_at", by=(TeamArchived,)),
    becoming("archived_at", NOTHING, TeamRestored),
    stays(why="a team is archived, so that it can be brought back"),
)
declare_evidence(
    "policies.TeamMember",
    added(TeamMemberAdded),
    fixed("team", "membership", why=_WHO),
    deleted(TeamMemberRemoved),
)
declare_evidence(
    "policies.Delegation",
    added(PowersLent),
    changed("taken_back_at", by=(PowersTakenBack,)),
    fixed("lender", "borrower", "starts_at", "ends_at", "reason", why="it is taken back, and lent anew"),
    stays(why="who could do what in whose place stays known"),
)
declare_evidence("policies.DelegatedPower", added(PowersLent))
declare_evidence(
    "policies.PortalGrant",
    added(PortalGranted),
    changed("scopes", "expires_at", by=(PortalScopesChanged,)),
    changed("revoked_at", by=(PortalRevoked,)),
    fixed("user", "client_id", why=_WHO),
)
declare_evidence(
    "policies.Wall",
    added(WallRaised),
    changed("review_on", by=(WallReviewed,)),
    changed("lifted_at", "lifted_reason", by=(WallLifted,)),
    fixed("membership", "team", "client_id", "engagement_id", "reason", why="it is lifted, and raised anew"),
)
declare_evidence(
    "policies.DutyPair",
    added(DutiesParted),
    changed("in_force_at", by=(DutiesParted, DutiesEnforced)),
    changed("retired_at", "retired_reason", by=(DutiesJoined,)),
    fixed(
        "power_a", "power_b", "kind", "subject", "reason", "declared_by", why="another pair is another row"
    ),
    stays(why="what was kept apart once stays known"),
)
declare_evidence(
    "policies.DutyException",
    added(DutyExempted),
    changed("ended_at", by=(DutyExempted, DutyExemptionEnded)),
    fixed("pair", "membership", "granted_by", "reason", "ends_at", why="it is ended, and granted anew"),
    stays(why="who was exempt, and why, stays known"),
)
