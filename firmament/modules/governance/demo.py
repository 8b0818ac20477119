"""This room's part of the demo firm: the tags of its things in colour, and views that teams share."""

from firmament.kernel.labels.models import Tag
from firmament.kernel.labels.tags import change_tag
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.web.view_actions import edit_view, save_view
from firmament.lib.instant import at

COLOURS = {
    "accounts": Tag.Colour.BLUE,
    "everyday": Tag.Colour.GREEN,
    "fees": Tag.Colour.AMBER,
    "legal": Tag.Colour.RED,
    "payroll": Tag.Colour.PURPLE,
    "tax": Tag.Colour.INDIGO,
}


def load(people: DemoFirm) -> None:
    """The partner colours the tags on a quiet afternoon; the manager shares what her team looks at each morning."""
    with at(people.moment(20, 16)):
        for tag in Tag.objects.filter(folded__in=COLOURS).order_by("folded"):
            change_tag(people.partner, tag, name=tag.name, colour=COLOURS[tag.folded])
    with at(people.moment(12, 8, 30)):
        for team in Team.objects.filter(name="Accounts"):
            view = save_view(
                people.manager, list_name="documents.requests", title="To check first", query="waits=us"
            )
            edit_view(people.manager, view, title=view.title, sharing="teams", team_ids=[team.pk])
