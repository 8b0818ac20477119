"""What tests of approvals and tags begin with."""

from collections.abc import Callable
from itertools import count

from firmament.kernel.labels import folders
from firmament.kernel.labels.models import Folder, Tag, TagRemoval
from firmament.kernel.labels.tags import delete_tag, set_tags
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.things.models import ThingTag
from firmament.kernel.versions.tests.factories import make_thing

_serial = count(1)


def make_tag(actor: Actor, name: str = "") -> Tag:
    """A tag that one thing carries."""
    name = name or f"Tag {next(_serial)}"
    set_tags(actor, make_thing(actor), ThingTag, [name])
    found: Tag = Tag.objects.get(name=name)
    return found


def make_removal(actor: Actor) -> TagRemoval:
    """A tag that was deleted."""
    return delete_tag(actor, make_tag(actor))


def make_folder(actor: Actor, name: str = "", parent: Folder | None = None) -> Folder:
    """A folder that things can lie in."""
    return folders.make_folder(actor, area="things", name=name or f"Folder {next(_serial)}", parent=parent)


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "governance:folder": lambda actor: {"pk": make_folder(actor).pk},
    "governance:folder_up": lambda actor: {"pk": make_folder(actor).pk},
    "governance:folder_down": lambda actor: {"pk": make_folder(actor).pk},
    "governance:folder_delete": lambda actor: {"pk": make_folder(actor).pk},
    "governance:tag": lambda actor: {"pk": make_tag(actor).pk},
    "governance:tag_merge": lambda actor: {"pk": make_tag(actor).pk},
    "governance:tag_delete": lambda actor: {"pk": make_tag(actor).pk},
    "governance:tag_undo": lambda actor: {"pk": make_removal(actor).pk},
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/governance/folders/": lambda actor: {"pk": make_folder(actor).pk},
}
