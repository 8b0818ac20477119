"""Who may use wording, write it and approve it.

What a person has is decided by reach (private, team, firm) and by what was shared with them by name; which of the
things they have they may change or approve, by ownership, by such a share, or by a role that looks after the library.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.approvals.policy import declare_approvals
from firmament.kernel.labels.areas import declare_folders
from firmament.kernel.policies.powers import (
    BILLING,
    EVERY_ROLE,
    MANAGER,
    PARTNER,
    STAFF,
    Power,
    declare,
    stands_open,
)
from firmament.kernel.policies.rules import all_of, any_of, field_is, has_role, in_team, not_, owns
from firmament.kernel.sharing.rules import shared, shared_to_approve, shared_to_edit


class Can(Power):
    VIEW = "snippets.view"
    USE = "snippets.use"
    CREATE = "snippets.create"
    EDIT = "snippets.edit"
    MANAGE = "snippets.manage"
    APPROVE = "snippets.approve"
    IMPORT = "snippets.import"
    EXPORT = "snippets.export"


MODEL = "snippets.Snippet"
THROUGH = {
    "snippets.SnippetVersion": "subject",
    "snippets.SnippetInclude": "snippet",
    "snippets.SnippetTag": "snippet",
    "snippets.SnippetGrant": "snippet",
}

SHARES = "snippets.SnippetGrant(snippet)"
OWN = owns("owner_id")
PRIVATE = field_is("reach", "private")
HAS_IT = any_of(OWN, field_is("reach", "firm"), in_team("team_id"), shared(SHARES))

declare(
    Can.VIEW,
    title=_("See snippets"),
    model=MODEL,
    through=THROUGH,
    staff=all_of(has_role(), HAS_IT),
    roles=EVERY_ROLE,
)
declare(
    Can.USE,
    title=_("Insert snippets"),
    model=MODEL,
    staff=all_of(has_role(), HAS_IT, field_is("state", "active")),
    roles=(PARTNER, MANAGER, STAFF, BILLING),
)
declare(Can.CREATE, title=_("Write snippets"), roles=(PARTNER, MANAGER, STAFF))
declare(
    Can.EDIT,
    title=_("Change one’s own snippets, and those shared for it"),
    model=MODEL,
    through=THROUGH,
    staff=all_of(has_role(), any_of(OWN, shared_to_edit(SHARES))),
    roles=(PARTNER, MANAGER, STAFF),
)
declare(
    Can.MANAGE,
    title=_("Look after the shared library: change, share, replace and archive any shared snippet"),
    model=MODEL,
    through=THROUGH,
    staff=all_of(has_role(), HAS_IT, not_(PRIVATE)),
    roles=(PARTNER, MANAGER),
)
declare(
    Can.APPROVE,
    title=_("Approve wording that clients will read"),
    model=MODEL,
    through=THROUGH,
    staff=any_of(all_of(has_role(), HAS_IT, not_(PRIVATE)), shared_to_approve(SHARES)),
    roles=(PARTNER, MANAGER),
    sensitive=True,
)
declare(Can.IMPORT, title=_("Import snippets"), roles=(PARTNER, MANAGER))
declare(
    Can.EXPORT,
    title=_("Export snippets"),
    roles=(PARTNER, MANAGER, STAFF),
    sensitive=True,
)

declare_folders("snippets", title=_("Snippets"), model=MODEL, url_name="snippets:snippet_list")
declare_approvals("snippets.snippet", power=Can.APPROVE, title=_("Wording"), url_name="snippets:snippet")

for _table in (MODEL, *THROUGH):
    stands_open(_table, reason="the firm’s own wording, about no client")
