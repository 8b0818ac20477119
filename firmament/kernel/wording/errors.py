"""What can be wrong with a wording, said to its author: what, and where."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from liquid.exceptions import (
    LiquidError,
    LiquidInterrupt,
    LiquidSyntaxError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)


class WordingError(Exception):
    """A wording that cannot be rendered; the text tells its author what to mend.

    `line` and `column` count from 1 and are None where no place is to blame; `snippet` is the key of the nested
    snippet that the place is in, or "".
    """

    def __init__(
        self, text: str, *, line: int | None = None, column: int | None = None, snippet: str = ""
    ) -> None:
        self.line, self.column, self.snippet = line, column, snippet
        if line is not None:
            text = _("Line %(line)s, column %(column)s: %(text)s") % {
                "line": line,
                "column": column,
                "text": text,
            }
        if snippet:
            text = _("In the snippet “%(key)s”: %(text)s") % {"key": snippet, "text": text}
        super().__init__(text)


class ValuesError(WordingError):
    """Values that cannot be used; `problems` says by the name of each field what is wrong with its value."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class MissingValues(ValuesError):
    """Nothing is wrong but that values are missing: `names` are those of the fields or paths, `labels` say them."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.names, self.labels = tuple(labels), tuple(labels.values())
        super().__init__(
            {name: _("“%(label)s” is missing.") % {"label": label} for name, label in labels.items()}
        )


class SchemaError(ValidationError):
    """A schema of fields that cannot be kept: messages under `fields`, each naming the field it is about."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__({"fields": problems})


def explained(error: LiquidError | LiquidInterrupt) -> WordingError:
    """Liquid's own error in words, with its place."""
    if not isinstance(error, LiquidError):
        return WordingError(_("“%(word)s” stands outside of a loop.") % {"word": error})
    # Whatever stops the lexer is wrapped by Liquid as “unexpected”.
    if type(error) is LiquidError and isinstance(error.__cause__, LiquidError):
        error = error.__cause__
    line, column = (None, None)
    if error.token is not None and error.token.start_index >= 0:
        line, column = place(error.token.source, error.token.start_index)
    return WordingError(_words(error), line=line, column=column, snippet=str(error.template_name or ""))


def place(source: str, index: int) -> tuple[int, int]:
    """Line and column of a position, both from 1."""
    return source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index)


def _words(error: LiquidError) -> str:
    detail = {"detail": error.message}
    match error:
        case UndefinedError():
            return _("This wording uses a value that is not there: %(detail)s.") % detail
        case UnknownFilterError():
            return _("This wording uses a filter we do not have: %(detail)s.") % detail
        case ResourceLimitError():
            return _("This wording takes too long or grows too large: %(detail)s.") % detail
        case LiquidSyntaxError():
            return _("This wording cannot be read: %(detail)s.") % detail
    if isinstance(error.__cause__, RecursionError):
        return _("This wording is nested too deeply.")
    return _("This wording cannot be filled in: %(detail)s.") % detail
