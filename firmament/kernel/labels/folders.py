"""Folders: making, naming, moving, deleting, and reading a whole tree at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from firmament.kernel.labels.events import FolderCreated, FolderDeleted, FolderMoved, FolderRenamed
from firmament.kernel.labels.models import Folder
from firmament.kernel.labels.policies import Can
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.locks import hold
from firmament.lib.text import folded
from firmament.ui.shapes import NO_BREAK, TreeNode

PLAIN = {
    "folder_not_in_itself": _("A folder cannot be moved into itself."),
    "folder_not_too_deep": _("Folders lie at most eight deep."),
    "folder_in_its_area": _("This folder belongs to another part of the library."),
    "folder_name_once": _("There is already a folder of this name here."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderNode:
    """A folder in its tree. `own` things lie in it, `count` in it and everything below; `depth` begins at 1."""

    id: UUID
    name: str
    depth: int
    own: int
    count: int
    children: tuple["FolderNode", ...] = ()

    @property
    def indented(self) -> str:
        """For a choice, which knows no levels."""
        return f"{NO_BREAK * 3 * (self.depth - 1)}{self.name}"

    def walk(self) -> "Iterable[FolderNode]":
        """This folder and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class _Knot:
    row: Any
    below: list["_Knot"] = field(default_factory=list)

    def node(self, depth: int) -> FolderNode:
        children = tuple(knot.node(depth + 1) for knot in self.below)
        own = self.row.things
        return FolderNode(
            id=self.row.pk,
            name=self.row.name,
            depth=depth,
            own=own,
            count=own + sum(child.count for child in children),
            children=children,
        )


def folder_tree(
    area: str, *, content: "models.QuerySet[Any] | None" = None, through: str = "folder"
) -> tuple[FolderNode, ...]:
    """The area's folders as a tree, in one query.

    `content`: the room's rows that the reader may see (`Snippet.objects.visible_to(actor)`), counted by their field
    `through`; without it every count is 0.
    """
    things: Any = models.Value(0)
    if content is not None:
        mine = content.filter(**{through: models.OuterRef("pk")}).order_by().values(through)
        counted = mine.annotate(n=models.Count("pk")).values("n")
        things = models.functions.Coalesce(models.Subquery(counted), 0)
    knots = {row.pk: _Knot(row) for row in Folder.objects.of(area).annotate(things=things)}
    roots: list[_Knot] = []
    for knot in knots.values():
        above = knots.get(knot.row.parent_id)
        (above.below if above else roots).append(knot)
    return tuple(knot.node(1) for knot in roots)


def flat(tree: Iterable[FolderNode]) -> list[FolderNode]:
    """Every folder of a tree in the order of the page: for choices and for the phone."""
    return [node for root in tree for node in root.walk()]


def branches(
    tree: Iterable[FolderNode], *, address: Callable[[UUID], str], chosen: UUID | None = None
) -> tuple[TreeNode, ...]:
    """The tree as `<c-ui.folder_tree>` draws it: opened along the way to the chosen folder, `address` for each."""
    found = []
    for node in tree:
        below = branches(node.children, address=address, chosen=chosen)
        found.append(
            TreeNode(
                key=str(node.id),
                label=node.name,
                url=address(node.id),
                count=node.count,
                depth=node.depth,
                current=node.id == chosen,
                open=node.id == chosen or any(child.open for child in below),
                children=below,
            )
        )
    return tuple(found)


def with_all_below(folder: Folder) -> list[UUID]:
    """The ids of the folder and of every one below it: for lists that show what lies underneath too."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [folder.pk])
        return [row[0] for row in cursor.fetchall()]


def make_folder(actor: Actor, *, area: str, name: str, parent: Folder | None = None) -> Folder:
    """A new folder, last among its neighbours. ValidationError for a taken name or too great a depth."""
    require(actor, Can.MANAGE_FOLDERS)
    _hold_tree(area)
    last = Folder.objects.filter(area=area, parent=parent).aggregate(last=models.Max("position"))["last"]
    folder = Folder(area=area, parent=parent, position=0 if last is None else last + 1).call(name)
    folder.full_clean(exclude=["parent"])
    _save(folder)
    record(actor, FolderCreated(folder_id=folder.pk, area=area, name=folder.name))
    return folder


def folder_at(actor: Actor, *, area: str, path: Sequence[str]) -> Folder | None:
    """The folder that one comes to by these names from the top, made where it is missing; None for no names."""
    parent: Folder | None = None
    for name in path:
        there = Folder.objects.filter(area=area, parent=parent, folded=folded(name)).first()
        parent = there or make_folder(actor, area=area, name=name, parent=parent)
    return parent


def folder_paths(area: str) -> dict[UUID, tuple[str, ...]]:
    """The names from the top down to each folder of an area; one query."""
    rows = {row.pk: row for row in Folder.objects.of(area)}

    def path(row: Folder) -> tuple[str, ...]:
        above = rows.get(row.parent_id) if row.parent_id else None
        return (*path(above), row.name) if above is not None else (row.name,)

    return {pk: path(row) for pk, row in rows.items()}


def rename_folder(actor: Actor, folder: Folder, *, name: str) -> Folder:
    """Call a folder something else. ValidationError when its neighbour is called so."""
    require(actor, Can.MANAGE_FOLDERS, folder)
    folder = _held(folder)
    before = folder.name
    folder.call(name)
    folder.full_clean(exclude=["parent"])
    if folder.name != before:
        _save(folder)
        record(actor, FolderRenamed(folder_id=folder.pk, before=before, name=folder.name))
    return folder


def move_folder(
    actor: Actor, folder: Folder, *, parent: Folder | None, position: int | None = None
) -> Folder:
    """Put a folder, with everything in it, into another one or to the top; `position` counts from 0, last without.

    ValidationError when that would lay it into itself, too deep, beside a namesake, or into another area.
    """
    require(actor, Can.MANAGE_FOLDERS, folder)
    folder = _held(folder)
    before = folder.parent_id
    neighbours = Folder.objects.of(folder.area).filter(parent=parent).exclude(pk=folder.pk)
    order = list(neighbours.values_list("pk", flat=True))
    order.insert(len(order) if position is None else position, folder.pk)
    folder.parent, folder.position = parent, order.index(folder.pk)
    _save(folder)
    for place, pk in enumerate(order):
        Folder.objects.filter(pk=pk).exclude(position=place).update(position=place)
    if folder.parent_id != before:
        record(
            actor,
            FolderMoved(folder_id=folder.pk, name=folder.name, from_id=before, to_id=folder.parent_id),
        )
    return folder


def delete_folder(
    actor: Actor,
    folder: Folder,
    *,
    content: "models.QuerySet[Any]",
    through: str = "folder",
    moving_up: bool = False,
) -> int:
    """Delete a folder. What lies in it moves to the folder above with `moving_up`, else it has to be empty.

    `content` is every row of the room that may lie in folders, seen by the actor or not; a row left behind would
    point nowhere. Gives back how many things and folders moved. ValidationError when it is not empty, or when a
    folder in it has a namesake above.
    """
    require(actor, Can.MANAGE_FOLDERS, folder)
    folder = _held(folder)
    inside = content.filter(**{through: folder})
    below = Folder.objects.filter(parent=folder)
    moved = inside.count() + below.count()
    if moved and not moving_up:
        raise ValidationError(_("The folder is not empty."), code="not_empty")
    inside.update(**{through: folder.parent_id})
    for child in below:
        child.parent_id = folder.parent_id
        _save(child)
    record(actor, FolderDeleted(folder_id=folder.pk, name=folder.name, moved_up=moved))
    folder.delete()
    return moved


BELOW = """
WITH RECURSIVE down AS (
    SELECT id FROM labels_folder WHERE id = %s
    UNION
    SELECT f.id FROM labels_folder f JOIN down ON f.parent_id = down.id
)
SELECT id FROM down
"""


def _hold_tree(area: str) -> None:
    # The trigger holds the same, but only after the row's own: two who move folders into each other would then wait
    # for each other for ever.
    hold(f"folders {area}")


def _held(folder: Folder) -> Folder:
    """The folder as it is now, with its area's tree held. ValidationError when somebody deleted it meanwhile."""
    _hold_tree(folder.area)
    found: Folder | None = Folder.objects.filter(pk=folder.pk).first()
    if found is None:
        raise ValidationError(_("This folder is gone."), code="gone")
    return found


def _save(folder: Folder) -> None:
    """Save it, and say what the database refuses in plain words."""
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError as refused:
        name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in PLAIN:
            raise
        raise ValidationError(PLAIN[name], code=name) from refused
