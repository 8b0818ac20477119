"""When two rows are the same client: a shared e-mail address, a shared VAT number, or the same name and kind.

Capitals, width, blanks, and punctuation in numbers do not count.
"""

import re
from collections.abc import Mapping, Sequence

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Lower, Upper

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.imports import Like, Values
from firmament.lib.text import folded
from firmament.modules.clients.models import Client

Mark = tuple[str, ...]


def marks(values: Values) -> frozenset[Mark]:
    """What makes a row the same client as another."""
    found: set[Mark] = {
        ("name", str(values["kind"] or Client.Kind.ORGANISATION), folded(values["name"])[:200])
    }
    if values["email"]:
        found.add(("email", values["email"].lower()))
    if values["vat_id"]:
        found.add(("vat", bare(values["vat_id"])))
    return frozenset(found)


def bare(text: str) -> str:
    """A number without what people put between its figures."""
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def existing(actor: Actor, wanted: Sequence[Mark]) -> Mapping[Mark, Like]:
    """Which of these marks a client of the firm has already, as far as the actor may see."""
    by_sort: dict[str, set[str]] = {"name": set(), "email": set(), "vat": set()}
    for mark in wanted:
        by_sort[mark[0]].add(mark[-1])
    figures = Func(
        F("vat_id"),
        Value("[^0-9A-Za-z]"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )
    rows = Client.objects.visible_to(actor).annotate(address=Lower("email"), digits=Upper(figures))
    rows = rows.filter(
        Q(name_folded__in=by_sort["name"]) | Q(address__in=by_sort["email"]) | Q(digits__in=by_sort["vat"])
    )
    there: dict[Mark, Like] = {}
    for pk, name, sort, name_folded, address, vat in rows.values_list(
        "pk", "name", "kind", "name_folded", "address", "vat_id"
    ):
        for mark in (("name", sort, name_folded), ("email", address), ("vat", bare(vat))):
            there.setdefault(mark, Like(name=name, id=pk))
    return {mark: there[mark] for mark in wanted if mark in there}
