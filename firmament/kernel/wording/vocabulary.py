"""The values that every wording may name: `client.name`, `me.email`. Rooms declare theirs at start, in `ready()`."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a path means, for people, and a value as it may look."""

    label: str | Promise
    sample: str = ""


_terms: dict[str, Term] = {}


def declare_vocabulary(namespace: str, terms: Mapping[str, Term | str | Promise]) -> None:
    """Make `namespace.name` known for each name. A bare label is a term without a sample."""
    for name, term in terms.items():
        _terms[f"{namespace}.{name}"] = term if isinstance(term, Term) else Term(label=term)


def vocabulary() -> dict[str, Term]:
    """Every declared path with what it means, sorted by path."""
    return dict(sorted(_terms.items()))


def known_paths() -> frozenset[str]:
    """Every declared path."""
    return frozenset(_terms)


def namespaces() -> frozenset[str]:
    """The names that paths begin with; no field may be called so."""
    return frozenset(path.partition(".")[0] for path in _terms)


def paths_of(namespace: str) -> tuple[str, ...]:
    """The names within a namespace: `("email", "name")`."""
    start = f"{namespace}."
    return tuple(sorted(path.removeprefix(start) for path in _terms if path.startswith(start)))


def sample_context() -> dict[str, dict[str, str]]:
    """A context that shows every declared path by its sample, or by its label where it has none."""
    context: dict[str, dict[str, str]] = {}
    for path, term in vocabulary().items():
        namespace, _dot, name = path.partition(".")
        context.setdefault(namespace, {})[name] = term.sample or str(term.label)
    return context


declare_vocabulary(
    "me",
    {
        "name": Term(label=_("Your name"), sample="Alice Ahearn"),
        "email": Term(label=_("Your e-mail address"), sample="alice@firm.example"),
        "title": Term(label=_("Your title"), sample="Partner"),
    },
)
declare_vocabulary(
    "firm",
    {
        "name": Term(label=_("The firm’s name"), sample="Acme Advisers"),
        "legal_name": Term(label=_("The firm’s legal name"), sample="Acme Advisers LLP"),
        "website": Term(label=_("The firm’s website"), sample="https://firm.example"),
        "reply_to": Term(label=_("The firm’s reply address"), sample="office@firm.example"),
    },
)
