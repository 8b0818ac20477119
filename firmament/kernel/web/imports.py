"""What a room says of its imports; the pages and the work behind them are in `importing` and `import_pages`.

Declared in the room's `forms.py`, where the worker finds it too (`name` begins with the room):

    CLIENT_IMPORT = declare_import(ImportPage(name="clients.clients", …))

and shown by one view for both addresses, `import/` and `import/<uuid:pk>/`:

    @staff_page(Can.IMPORT)
    def client_import(request, pk=None):
        return import_page(request, CLIENT_IMPORT, pk)
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise

from firmament.kernel.tenancy.actor import Actor

Text = str | Promise
Values = dict[str, Any]


def as_typed(text: str) -> Any:
    """The text itself, without the blanks around it."""
    return text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportField:
    """One thing a row may say.

    `parse` gets what stands in the cell (never empty) and gives the value, or raises ValidationError or
    ValueError in plain words. `synonyms` are names a column may have elsewhere; case, blanks and punctuation do not count.
    """

    name: str
    label: Text
    synonyms: tuple[str, ...] = ()
    required: bool = False
    parse: Callable[[str], Any] = as_typed
    help: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """An import.

    `create(actor, values)` makes one thing by the room's own action and returns its id; `undo(actor, id)` takes it out
    again, or raises ValidationError where it is in use. Values has every field's name; one that was left empty is
    None. `check(values)` refuses what no single field can see. `key(values)` is what makes two rows the same
    thing (None: nothing does; a frozenset: any one they have in common); `existing(keys)` says which of these the firm has already, and what they are called.
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
    key: Callable[[Values], Hashable | None] | None = None
    existing: Callable[[Actor, Sequence[Any]], Mapping[Any, str]] | None = None

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
