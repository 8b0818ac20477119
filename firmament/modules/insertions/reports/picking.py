"""What the text picker shows: the wording that fits what was typed, and what one of them asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Case, F, Value, When

from firmament.kernel.policies.decide import may
from firmament.kernel.search.find import search
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import link
from firmament.kernel.wording.analysis import check
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import MissingValues, WordingError
from firmament.kernel.wording.fields import Field, FieldType
from firmament.kernel.wording.filling import Place, Wording, fill_wording
from firmament.kernel.wording.vocabulary import vocabulary
from firmament.modules.snippets.public import Can as SnippetsCan
from firmament.modules.snippets.public import SnippetCard, cards_of, in_its_place, usable_snippets

SHOWN = 20
# Fewer than that, and the house's search is asked too, for what is long enough to mean something.
FEW, WORD = 5, 3
KIND = "snippets.snippet"
CONTEXTS = (FieldType.CLIENT, FieldType.CONTACT, FieldType.ENGAGEMENT)
# What stands in the preview where a word is still to be filled in; other kinds of value have no such stand-in.
STANDS_IN = (FieldType.TEXT, FieldType.LONG_TEXT)
VALUE = re.compile(r"\{\{-?\s*([\w.]+)[^}]*\}\}")
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What has to be known before a snippet can go into a text.

    `contexts`: of client, contact and engagement those that it names and the page does not say, and whether it cannot do
    without. `bodies`: the wording by its languages, of which `locale` fits best.
    """

    fields: tuple[Field, ...]
    contexts: tuple[tuple[FieldType, bool], ...]
    bodies: Mapping[str, str]
    locale: str

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages to choose from; none where there is only one."""
        return tuple(sorted(self.bodies)) if len(self.bodies) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How it would read. `missing` are the labels of what is still to be filled in, `problem` why it cannot be."""

    text: str = ""
    missing: tuple[str, ...] = ()
    problem: str = ""


def picker_address(actor: Actor) -> str:
    """Where the text picker of a page asks; "" for whoever inserts nothing."""
    if actor.membership_id is None or not may(actor, SnippetsCan.USE):
        return ""
    return link("insertions:picker")


def fitting_snippets(actor: Actor, text: str, *, channel: str) -> list[SnippetCard]:
    """What fits what was typed, at most twenty: the shortcut itself, shortcuts and titles that begin so, then words.

    Among equals the most used first. One query, with what the person may use inside of it; where that finds few, what
    says or means it follows, as the house's search finds it. Whoever types the shortcut of one that was replaced finds
    first what took its place.
    """
    typed = " ".join(text.split())
    rows = usable_snippets(actor).for_context(channel)
    if not typed:
        return cards_of(rows.order_by("-use_count", "title", "pk")[:SHOWN])
    ranked = rows.matching(typed).with_nearness(actor.membership_id).annotate(rank=_rank(typed))
    found = cards_of(ranked.order_by("rank", "-use_count", "title", "pk")[:SHOWN])
    if not any(card.shortcut == typed.lower() for card in found):
        found = _with_successor(actor, typed.lower(), channel, found)
    if len(found) < FEW and len(typed) >= WORD:
        hits = [hit.object_id for hit in search(actor, typed, kinds=(KIND,), limit=SHOWN)]
        further = {card.id: card for card in cards_of(rows.filter(pk__in=set(hits) - {c.id for c in found}))}
        found += [further[pk] for pk in hits if pk in further]
    return found[:SHOWN]


def _with_successor(actor: Actor, shortcut: str, channel: str, found: list[SnippetCard]) -> list[SnippetCard]:
    """What was found, headed by what took the place of a snippet of exactly this shortcut."""
    title, pk = in_its_place(actor, shortcut) or ("", None)
    rows = usable_snippets(actor).for_context(channel).filter(pk=pk)
    first = [replace(card, instead_of=title) for card in cards_of(rows)] if pk else []
    return [*first, *(card for card in found if card.id != pk)] if first else found


def _rank(typed: str) -> Case:
    """0 to 3: exactly this shortcut, the nearest first; then what begins so."""
    return Case(
        When(shortcut=typed.lower(), then=F("nearness")),
        When(shortcut__startswith=typed.lower(), then=Value(4)),
        When(title__istartswith=typed, then=Value(5)),
        default=Value(6),
    )


def question(wording: Wording, place: Place) -> Question:
    """What must be asked before this wording goes into that place."""
    locale = wording.locale(place.locale or current_firm().locale)
    found = [check(body, known=None) for part in wording.parts for body in part.bodies.values()]
    named = {path.partition(".")[0] for one in found for path in one.variables}
    needed = {path.partition(".")[0] for one in found for path in one.needed}
    given = {
        FieldType.CLIENT: place.client_id,
        FieldType.CONTACT: place.contact_id,
        FieldType.ENGAGEMENT: place.engagement_id,
    }
    return Question(
        fields=wording.fields,
        contexts=tuple((kind, kind in needed) for kind in CONTEXTS if kind in named and given[kind] is None),
        bodies=wording.own.bodies,
        locale=locale,
    )


def preview(
    actor: Actor, wording: Wording, *, asked: Question, values: Mapping[str, object], place: Place
) -> Preview:
    """How it would read with these values; words that are missing stand there by their labels, ‹Name›.

    Plain text for a plain place, Markdown for every other.
    """
    standing = {
        field.name: f"‹{field.label}›"
        for field in asked.fields
        if field.required and field.type in STANDS_IN and not field.default and not values.get(field.name)
    }
    missing = tuple(field.label for field in asked.fields if field.name in standing)
    if place.output is Channel.HTML:
        place = replace(place, output=Channel.MARKDOWN)
    try:
        filled = fill_wording(actor, wording, values={**values, **standing}, place=place)
    except MissingValues as error:
        sketch = _sketch(wording.own.body(place.locale or asked.locale), asked.fields)
        return Preview(text=sketch, missing=(*missing, *error.labels))
    except WordingError as error:
        return Preview(missing=missing, problem=str(error))
    return Preview(text=filled.text, missing=missing)


def _sketch(body: str, fields: tuple[Field, ...]) -> str:
    """Wording that cannot be filled in yet, so that it is known again: each value by what it is called, ‹Deadline›."""
    labels = {path: str(term.label) for path, term in vocabulary().items()}
    labels |= {field.name: field.label for field in fields}
    return TAG.sub("", VALUE.sub(lambda found: f"‹{labels.get(found[1], found[1])}›", body)).strip()
