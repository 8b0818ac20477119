"""What a step asks for when it is written into a macro: named values, typed as the fields of wordings are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.wording.errors import ValuesError
from firmament.kernel.wording.fields import Field, FieldType, clean_values

Text = str | Promise
Options = Callable[[Actor], Iterable[tuple[str, str]]]
Values = Mapping[str, object]

# A date in a macro would be past when it is run, and a reference would be somebody's own thing: ask for days, and for
# one of the firm's things by `options`.
TYPES = frozenset([FieldType.TEXT, FieldType.LONG_TEXT, FieldType.NUMBER, FieldType.YES_NO])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value that a step needs; the room's action takes it by this name. What is not required and not given is None.

    With `options`, it is one of those: pairs of a value and the words that people read. `check(value)` raises
    ValidationError for what is kept otherwise; `meant(actor, value)` is what the value stands for when the step is run.
    """

    name: str
    label: Text
    type: FieldType = FieldType.TEXT
    help: Text = ""
    required: bool = True
    default: str | None = None
    options: Options | None = None
    check: Callable[[Any], object] | None = None
    meant: Callable[[Actor, Any], object] | None = None

    def field(self) -> Field:
        """As wordings ask for it."""
        return Field(
            name=self.name,
            type=self.type,
            label=str(self.label),
            help=str(self.help),
            required=self.required,
            default=self.default,
        )

    def shown(self, actor: Actor, value: object) -> str:
        """The value as people read it."""
        if self.options is not None and value is not None:
            return dict(self.options(actor)).get(str(value), _("no longer there"))
        return in_words(value)


def whole_number(name: str, label: Text, *, least: int, most: int, help: Text = "") -> Parameter:
    """A number of days, of pieces: no fractions, and within bounds."""

    def check(value: object) -> None:
        if not isinstance(value, int) or not least <= value <= most:
            raise ValidationError(
                _("“%(label)s”: a whole number from %(least)s to %(most)s."),
                params={"label": label, "least": least, "most": most},
            )

    return Parameter(name=name, label=label, type=FieldType.NUMBER, help=help, check=check)


def saying(sentence: Text) -> Callable[..., str]:
    """A step's `preview` that fills in the thing and the params: `saying(_("Pause “%(thing)s”: %(reason)s"))`."""

    def preview(actor: Actor, thing: object, **params: object) -> str:
        return str(sentence) % {"thing": thing, **{name: in_words(value) for name, value in params.items()}}

    return preview


def in_words(value: object) -> str:
    """A value within a sentence."""
    if value is None:
        return _("nobody in particular")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def clean_params(actor: Actor, asked: Sequence[Parameter], given: Values) -> dict[str, object]:
    """The values to keep, by name; ValidationError with all that is wrong, each message naming its parameter."""
    try:
        values = clean_values(tuple(one.field() for one in asked), given)
    except ValuesError as wrong:
        raise ValidationError(list(wrong.problems.values()), code="params") from wrong
    problems: list[str] = []
    for one in asked:
        value = values[one.name]
        if value is None:
            continue
        if one.options is not None and value not in dict(one.options(actor)):
            problems.append(_("“%(label)s”: this cannot be chosen.") % {"label": one.label})
        if one.check is not None:
            try:
                one.check(value)
            except ValidationError as wrong:
                problems += wrong.messages
    if problems:
        raise ValidationError(problems, code="params")
    return values


def meant(actor: Actor, asked: Sequence[Parameter], values: Values) -> dict[str, object]:
    """What a room's action is given. ValidationError where somebody meant is no longer there."""
    return {
        one.name: values[one.name] if one.meant is None else one.meant(actor, values[one.name])
        for one in asked
    }
