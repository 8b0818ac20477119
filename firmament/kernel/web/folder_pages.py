"""A list whose rows lie in folders: the tree beside it, and putting what was chosen into one of them.

The list's template is `web/list_in_folders.html`; a FolderFilter narrows it to what was chosen in the tree.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from firmament.kernel.labels.folders import branches, flat, folder_tree
from firmament.kernel.labels.models import Folder
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.filters import Text, as_uuid
from firmament.kernel.web.lists import address
from firmament.kernel.web.requests import FirmRequest


def folder_options(area: str) -> Callable[[Actor], list[tuple[UUID, str]]]:
    """Every folder of the area to choose from, those within others under them; the options of a `bulk.Choice`."""
    return lambda actor: [(node.id, "– " * (node.depth - 1) + node.name) for node in flat(folder_tree(area))]


def folder_chosen(area: str, value: str) -> Folder | None:
    """The folder of such a choice; None for none."""
    pk = as_uuid(value)
    return Folder.objects.of(area).get(pk=pk) if pk else None


def folders_beside(
    request: FirmRequest, area: str, content: "QuerySet[Any]", *, all_label: Text
) -> dict[str, Any]:
    """What the template needs of the tree, with how much of the content lies in each folder; two queries."""
    kept = [(name, value) for name, value in request.GET.items() if name not in ("folder", "after", "before")]
    return {
        "tree": branches(
            folder_tree(area, content=content),
            address=lambda pk: address(request, folder=str(pk)),
            chosen=as_uuid(request.GET.get("folder", "")),
        ),
        "all_url": address(request, folder=""),
        "all_label": str(all_label),
        "kept_for_tree": kept,
    }
