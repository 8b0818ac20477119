"""Who may see, keep and share views of lists, and open what they exported.

And why the web floor's tables stand open: no client is named in them.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare, stands_open
from firmament.kernel.policies.rules import all_of, any_of, field_is, has_role, in_team, not_, owns


class Can(Power):
    VIEW_SAVED_VIEW = "web.view_saved_view"
    SAVE_VIEW = "web.save_view"
    SHARE_VIEW = "web.share_view"
    CHANGE_VIEW = "web.change_view"
    OPEN_EXPORT = "web.open_export"


stands_open("web.Import", reason="a file on its way in, read by nobody but the person who brought it")
stands_open("web.ImportRow", reason="its rows, likewise")
stands_open("web.Export", reason="a list on its way out, opened by nobody but the person who asked for it")
stands_open("web.SavedView", reason="a question to a list and no answer: rows are asked for as the reader")
stands_open("web.SavedViewTeam", reason="which team a view is shared with")
stands_open("web.ViewDefault", reason="which view a list opens with")

MODEL = "web.SavedView"
PRIVATE = field_is("sharing", "private")

declare(
    Can.VIEW_SAVED_VIEW,
    title=_("See views of lists: one’s own, and those shared"),
    model=MODEL,
    staff=any_of(
        owns("owner_id"),
        field_is("sharing", "firm"),
        all_of(field_is("sharing", "teams"), in_team("web.SavedViewTeam(view)__team_id")),
    ),
    # The rule asks for no role; the matrix shows by this that everybody has it.
    roles=EVERY_ROLE,
)
declare(Can.SAVE_VIEW, title=_("Save views of lists for oneself"), roles=EVERY_ROLE)
declare(
    Can.SHARE_VIEW,
    title=_("Share views of lists, and choose what a role’s lists open with"),
    roles=(PARTNER, MANAGER),
)
declare(
    Can.CHANGE_VIEW,
    title=_("Change and remove views of lists: one’s private ones, and with this power those shared"),
    model=MODEL,
    staff=any_of(all_of(owns("owner_id"), PRIVATE), all_of(has_role(), not_(PRIVATE))),
    roles=(PARTNER, MANAGER),
)
declare(
    Can.OPEN_EXPORT,
    title=_("Open the files of lists one has exported oneself"),
    model="web.Export",
    staff=owns("membership_id"),
    roles=EVERY_ROLE,
)
