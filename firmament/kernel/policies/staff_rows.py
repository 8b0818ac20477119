"""What members hold, as the database says it: one row for each, in the order of `authority.Authority`'s making."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from firmament.lib.instant import now

# In SQL and not through the ORM, whose work at every request cost more than the database's (measured: 2.0 ms of
# Python against 0.15 ms). That the member is active is asked here and not once at the door, so that a
# deactivation bites on the very next request. Row-level security adds the firm to every table.
STAFF_AUTHORITY = """
SELECT
  m.id,
  ARRAY(SELECT r.code || '|' || r.clearance FROM policies_roleassignment a
        JOIN policies_role r ON r.firm_id = a.firm_id AND r.id = a.role_id WHERE a.membership_id = m.id),
  ARRAY(SELECT r.code || '|' || p.power FROM policies_roleassignment a
        JOIN policies_role r ON r.firm_id = a.firm_id AND r.id = a.role_id
        JOIN policies_rolepower p ON p.firm_id = a.firm_id AND p.role_id = a.role_id WHERE a.membership_id = m.id),
  t.ids,
  ARRAY(SELECT w.client_id FROM policies_wall w
        WHERE (w.membership_id = m.id OR w.team_id = ANY (t.ids)) AND w.lifted_at IS NULL AND w.client_id IS NOT NULL),
  ARRAY(SELECT w.engagement_id FROM policies_wall w
        WHERE (w.membership_id = m.id OR w.team_id = ANY (t.ids)) AND w.lifted_at IS NULL
          AND w.engagement_id IS NOT NULL),
  ARRAY(SELECT p.id || '|' || p.kind || '|' || p.power_a || '|' || p.power_b || '|' || p.subject || '|' || coalesce(
          (SELECT e.id::text FROM policies_dutyexception e WHERE e.pair_id = p.id AND e.membership_id = m.id
           AND e.ended_at IS NULL AND e.ends_at > %s ORDER BY e.ends_at DESC, e.id LIMIT 1), '')
        FROM policies_dutypair p WHERE p.retired_at IS NULL AND p.in_force_at IS NOT NULL),
  ARRAY(SELECT d.id FROM policies_delegation d
        WHERE d.borrower_id = m.id AND d.taken_back_at IS NULL AND d.starts_at <= %s AND d.ends_at > %s)
FROM tenancy_membership m
JOIN identity_user u ON u.id = m.user_id
CROSS JOIN LATERAL (SELECT ARRAY(SELECT i.team_id FROM policies_teammember i
        JOIN policies_team g ON g.firm_id = i.firm_id AND g.id = i.team_id
        WHERE i.membership_id = m.id AND g.archived_at IS NULL) AS ids) t
"""
ONE_OF_THE_STAFF = (
    STAFF_AUTHORITY
    + """
WHERE (m.id = %s::uuid OR m.user_id = %s::uuid) AND ((m.state = 'active' AND u.is_active) OR %s)
"""
)
SEVERAL_OF_THE_STAFF = (
    STAFF_AUTHORITY
    + """
WHERE (%s::uuid[] IS NULL OR m.id = ANY (%s::uuid[])) AND m.state = 'active' AND u.is_active
"""
)


def row_of(
    membership_id: UUID | None, user_id: UUID | None, *, deactivated_too: bool
) -> tuple[Any, ...] | None:
    """What one member holds, found by either id; None where nobody is found who may come in."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_OF_THE_STAFF, [now()] * 3 + [membership_id, user_id, deactivated_too])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def active_rows(members: Collection[UUID] | None = None) -> list[tuple[Any, ...]]:
    """What each of these members holds, or each member of the firm, as far as they are active."""
    chosen = None if members is None else list(members)
    with connection.cursor() as cursor:
        cursor.execute(SEVERAL_OF_THE_STAFF, [now()] * 3 + [chosen, chosen])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
