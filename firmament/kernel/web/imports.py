"""What a room says of its imports; the pages and the work behind them are in `importing` and `import_pages`.

Declared in the room's `forms.py`, where the worker finds it too (`name` begins with the room):

    CLIENT_IMPORT = declare_import(ImportPage(name="clients.clients", …))

and shown by one view for both addresses, `import/` and `import/<uuid:pk>/`:

    @staff_page(Can.IMPORT)
    def client_import(request, pk=None):
        return import_page(request, CLIENT_IMPORT, pk)

A table (CSV, Excel, OpenDocument) always goes through the choice of columns. A room whose own export says itself what is
what adds a `Reader` for it, and a choice of what becomes of rows that are there already by its `Conflict`s:

    readers=(Reader(key="json", label=_("Snippets as JSON"), suffixes=(".json",), read=read_snippets),),
    conflicts=(
        Conflict(key="skip", label=_("Leave them as they are")),
        Conflict(key="replace", label=_("Replace as a new version"), apply=replace, undo=take_version_back),
        Conflict(key="both", label=_("Keep both"), apply=create_beside),
    ),
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise

from firmament.kernel.tenancy.actor import Actor

Text = str | Promise
Values = dict[str, Any]
# Under this name a reader says, as a list of texts, what of a row is lost.
NOTES = ""


def as_typed(text: str) -> Any:
    """The text itself, without the blanks around it."""
    return text.strip()


def column(model: Any, name: str) -> Callable[[str], str]:
    """Read a cell as the model's own field would."""

    def parse(text: str) -> str:
        return str(model._meta.get_field(name).clean(text, None))

    return parse


def words(text: str) -> tuple[str, ...]:
    """Synonyms, written as one text."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportField:
    """One thing a row may say.

    `parse` gets what stands in the cell (never empty) and gives the value, or raises ValidationError or
    ValueError in plain words. `synonyms` are names a column may have elsewhere; case, blanks and punctuation do not count.
    `take` does the same for what a `Reader` gave, as it gave it: text with every blank, numbers, lists and mappings. Without
    it a text or a number is parsed like a cell, and a list or a mapping is refused. `by_reader`: only a `Reader` says it; it is
    no column that somebody could have or choose.
    """

    name: str
    label: Text
    synonyms: tuple[str, ...] = ()
    required: bool = False
    parse: Callable[[str], Any] = as_typed
    take: Callable[[Any], Any] | None = None
    by_reader: bool = False
    help: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Something the firm has already that a row says again: what it is called, and its id."""

    name: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A kind of file that names its own fields, told by the end of its name (`suffixes`, with their dots).

    `read(content)` gives a mapping for each row, in order: field name → value as JSON knows it (None or absent: the row
    does not say); under `NOTES`, texts that say what of it is lost. It raises `TableError` in plain words. No more rows
    than a table may have are taken. `claims(content)` tells a file of the room's own from others of that ending.
    """

    key: str
    label: Text
    suffixes: tuple[str, ...]
    read: Callable[[bytes], Sequence[Mapping[str, Any]]]
    claims: Callable[[bytes], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What can only be seen of a row beside the others and the firm's data: what is wrong by field, what is lost."""

    errors: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One way to treat rows that are there already; the person chooses among those declared, the first at first.

    Without `apply` such rows are left out. `apply(actor, values, like_id)` returns the id of what it made, or None where
    nothing had to change. `undo(actor, id)` takes that out again; without it, what was made is a thing of its own and the
    import's own `undo` takes it out.
    """

    key: str
    label: Text
    help: Text = ""
    apply: Callable[[Actor, Values, UUID], UUID | None] | None = None
    undo: Callable[[Actor, UUID], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """An import.

    `create(actor, values)` makes one thing by the room's own action and returns its id; `undo(actor, id)` takes it out
    again, or raises ValidationError where it is in use. Values has every field's name; one that was left empty is
    None. `check(values)` refuses what no single field can see, `together(actor, rows)` what no single row can: from the
    values of all rows that are good so far, by number, to what it found about some. `key(values)` is what makes two rows the same
    thing (None: nothing does; a frozenset: any one they have in common); `existing(actor, keys)` says which of these the firm
    has already. `kind` is what a row becomes, as the ledger names it ("clients.client"): what a person has changed since is
    kept when the import is undone, and named.
    """

    name: str
    title: Text
    about: Text
    fields: tuple[ImportField, ...]
    power: str
    create: Callable[[Actor, Values], UUID]
    undo: Callable[[Actor, UUID], object]
    counted: Callable[[int], str]
    start_url: str
    one_url: str
    list_url: str
    check: Callable[[Values], None] | None = None
    together: Callable[[Actor, Mapping[int, Values]], Mapping[int, Findings]] | None = None
    key: Callable[[Values], Hashable | None] | None = None
    existing: Callable[[Actor, Sequence[Any]], Mapping[Any, Like]] | None = None
    kind: str = ""
    readers: tuple[Reader, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def columns(self) -> tuple[ImportField, ...]:
        """What a table may have columns for."""
        return tuple(field for field in self.fields if not field.by_reader)

    def reader_of(self, file_name: str, content: bytes = b"") -> Reader | None:
        """Who reads a file of this name and content; None: it is a table."""
        name = file_name.casefold()
        named = (reader for reader in self.readers if name.endswith(reader.suffixes))
        return next((one for one in named if one.claims is None or one.claims(content)), None)

    def conflict(self, key: str) -> Conflict | None:
        """The way of this key, or the first there is."""
        first = self.conflicts[0] if self.conflicts else None
        return next((conflict for conflict in self.conflicts if conflict.key == key), first)

    def field(self, name: str) -> ImportField | None:
        """The field of this name."""
        return next((field for field in self.fields if field.name == name), None)


_declared: dict[str, ImportPage] = {}


def declare_import(form: ImportPage) -> ImportPage:
    """Make an import known to the worker."""
    if form.name in _declared:
        raise ValueError(f"{form.name}: an import is declared once")
    _declared[form.name] = form
    return form


def import_of(name: str) -> ImportPage:
    """The declaration; LookupError for one that a room has given up.

    The worker draws no page, so it may be the first here to need the room's forms.
    """
    if name not in _declared:
        import_module(f"{apps.get_app_config(name.partition('.')[0]).name}.forms")
    return _declared[name]
