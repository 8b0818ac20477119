"""How a cell of somebody's list is read: countries by any name, kinds in their own words, colleagues by name."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from babel import Locale
from django.utils.translation import gettext as say

from firmament.kernel.tenancy.transaction import transaction_cache
from firmament.lib.text import folded
from firmament.modules.clients.models import Client
from firmament.modules.clients.reports import possible_owners


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The languages in which lists name countries; others are understood by their two-letter code.
COUNTRY_LANGUAGES = _words("en de fr es it nl pl pt da sv nb fi cs sk hu ro el uk")
# What people write and no standard knows.
COUNTRY_HABITS = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "holland": "NL"}

PERSON_WORDS = _words(
    "person individual private privat privatperson natural natürliche particulier persona p"
)
ORGANISATION_WORDS = _words(
    "organisation organization company business firm firma unternehmen société empresa o c"
)


def column(model: Any, name: str) -> Callable[[str], str]:
    """Read a cell as the model's own field would."""

    def parse(text: str) -> str:
        return str(model._meta.get_field(name).clean(text, None))

    return parse


@cache
def _countries() -> dict[str, str]:
    names = dict(COUNTRY_HABITS)
    for language in COUNTRY_LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(folded(name), code)
    return names


def country(text: str) -> str:
    """Two letters (ISO 3166-1) from a code or a name; ValueError for what is neither."""
    code = text.strip().upper()
    known = _countries()
    if code in known.values():
        return code
    found = known.get(folded(text))
    if found is None:
        raise ValueError(say("We know no country of this name. Use its two-letter code, such as DE."))
    return found


def kind(text: str) -> str:
    """Organisation or person, from the words lists use; ValueError for others."""
    word = folded(text)
    if word in PERSON_WORDS:
        return str(Client.Kind.PERSON)
    if word in ORGANISATION_WORDS:
        return str(Client.Kind.ORGANISATION)
    raise ValueError(say("Write “organisation” or “person”."))


def owner(text: str) -> UUID:
    """A member of the firm by e-mail address or name; ValueError where nobody, or more than one, is called so."""
    names: dict[str, list[UUID]] | None = transaction_cache().get(owner)
    if names is None:
        names = {}
        for pk, name, email in possible_owners().values_list("pk", "user__name", "user__email"):
            for word in {folded(name), folded(email)}:
                names.setdefault(word, []).append(pk)
        transaction_cache()[owner] = names
    found = names.get(folded(text), [])
    if len(found) != 1:
        raise ValueError(say("Nobody in the firm, or more than one person, is called so."))
    return found[0]
