"""What a share gives, as rules for a room's powers.

SHARES = "snippets.SnippetGrant(snippet)"
any_of(owns("owner_id"), shared(SHARES))          # whoever has it by a share, whatever they may do with it
any_of(owns("owner_id"), shared_to_edit(SHARES))
"""

from firmament.kernel.policies.rules import Rule, any_of, assigned, in_team


def shared(table: str) -> Rule:
    """With the actor or a team of theirs, at any level. `table` leads through the shares, as rules say it."""
    return any_of(assigned(f"{table}__membership_id"), in_team(f"{table}__team_id"))


def shared_to_edit(table: str) -> Rule:
    """So that they may change it."""
    return any_of(assigned(f"{table}__editor"), in_team(f"{table}__editor_team"))


def shared_to_approve(table: str) -> Rule:
    """So that they may approve it."""
    return any_of(assigned(f"{table}__approver"), in_team(f"{table}__approver_team"))
