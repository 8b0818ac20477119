"""A wording filled in: with all that it contains, in the right language, with the values of where it goes.

What a room keeps as wording it hands over as a `Wording`; here is what becomes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.wording.channels import Channel, render_channel
from firmament.kernel.wording.context import context_for, example_context, words_of
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.fields import REFERENCES, Field, FieldType, clean_values
from firmament.lib.instant import today


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text goes: the channel ("email", "message", "ticket", "note", "document"), the page, and whom it is about.

    `output` is how the text is written there; `locale` the language wanted.
    """

    channel: str
    name: str = ""
    output: Channel = Channel.PLAIN
    locale: str = ""
    client_id: UUID | None = None
    contact_id: UUID | None = None
    engagement_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A version that a text is made of."""

    subject_id: UUID
    key: str
    number: int
    checksum: str
    bodies: Mapping[str, str]
    default_locale: str

    def body(self, locale: str) -> str:
        """What it says in the nearest language it has."""
        return self.bodies[choose_locale(self.bodies, locale, self.default_locale)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a text says, whole. `parts`: its own version first, then those within it.

    `fields` is what is asked for: the text's own, then those of what is within it that it does not ask itself.
    """

    title: str
    description: str
    parts: tuple[Part, ...]
    fields: tuple[Field, ...]

    @property
    def own(self) -> Part:
        """Its own version."""
        return self.parts[0]

    def locale(self, wanted: str) -> str:
        """The language it is said in where this one is wanted."""
        return choose_locale(self.own.bodies, wanted, self.own.default_locale)

    def render(self, values: Mapping[str, object], output: Channel, *, locale: str) -> str:
        """The text, where every value is there; `WordingError` where not."""
        partials: dict[str, str] = {}
        for part in self.parts[1:]:
            if part.key in partials:
                raise WordingError(
                    _("It contains two different snippets of the key “%(key)s”.") % {"key": part.key}
                )
            partials[part.key] = part.body(locale)
        return render_channel(
            self.own.bodies[locale],
            values,
            output,
            partials=partials,
            locale=locale,
            timezone=current_firm().timezone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The text, its language, and the versions it is made of: its own first, then those within it."""

    text: str
    locale: str
    parts: tuple[Part, ...]


def fill_wording(actor: Actor, wording: Wording, *, values: Mapping[str, object], place: Place) -> Filled:
    """With these values, for this place; `WordingError` with the reason where it cannot be filled in."""
    asked = clean_values(wording.fields, values, resolve=lambda kind, pk: words_of(actor, kind, pk))
    context = context_for(
        actor, client=place.client_id, contact=place.contact_id, engagement=place.engagement_id
    )
    locale = wording.locale(place.locale)
    text = wording.render({**context, **asked}, place.output, locale=locale)
    return Filled(text=text, locale=locale, parts=wording.parts)


def fill_with_samples(actor: Actor, wording: Wording, *, locale: str, given: Mapping[str, object]) -> str:
    """How it reads, as HTML: the person's own name and firm, a client by samples, a field not `given` by its label."""
    examples = example_context(actor)
    typed = tuple(field for field in wording.fields if field.name in given and field.type not in REFERENCES)
    values = {
        **examples,
        **{field.name: _sample(field, examples) for field in wording.fields},
        **clean_values(typed, {field.name: given[field.name] for field in typed}),
    }
    return wording.render(values, Channel.HTML, locale=wording.locale(locale))


def choose_locale(bodies: Mapping[str, str], wanted: str, default: str) -> str:
    """The language itself, else its base, else a sister (de-AT for de-CH), else the text's first language."""
    base = wanted.partition("-")[0]
    sisters = sorted(code for code in bodies if base and code.partition("-")[0] == base)
    # An older version may lack what is the first language now.
    return next(code for code in (wanted, base, *sisters, default, *sorted(bodies)) if code in bodies)


def _sample(field: Field, examples: Mapping[str, object]) -> object:
    match field.type:
        case FieldType.CLIENT | FieldType.CONTACT | FieldType.ENGAGEMENT:
            return examples[field.type]
        case _ if field.default is not None:
            return clean_values((field,), {})[field.name]
        case FieldType.DATE:
            return today(current_firm().timezone)
        case FieldType.NUMBER:
            return 100
        case FieldType.CHOICE:
            return field.choices[0]
        case FieldType.YES_NO:
            return True
        case _:
            return f"[{field.label}]"
