"""Who may see which wording was used, by whom and for whom: whoever has the wording, and looks after such things."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import MANAGER, PARTNER, Power, declare, stands_open
from firmament.kernel.policies.rules import all_of, has_role
from firmament.modules.snippets.public import HAS_IT


class Can(Power):
    VIEW = "insertions.view"


declare(
    Can.VIEW,
    title=_("See who used which wording, and for whom"),
    model="snippets.Snippet",
    through={"insertions.SnippetUse": "snippet", "insertions.SnippetDay": "snippet"},
    staff=all_of(has_role(), HAS_IT),
    roles=(PARTNER, MANAGER),
)

stands_open("insertions.SnippetDay", reason="how often the firm’s own wording was used; not for whom")
