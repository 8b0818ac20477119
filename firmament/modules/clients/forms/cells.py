"""How a cell of somebody's list is read: countries by any name, kinds in their own words, colleagues by name."""

from uuid import UUID

from django.utils.translation import gettext as say

from firmament.kernel.tenancy.transaction import transaction_cache
from firmament.kernel.web.imports import words
from firmament.lib.countries import country_code
from firmament.lib.text import folded
from firmament.modules.clients.models import Client
from firmament.modules.clients.reports import possible_owners

PERSON_WORDS = words("person individual private privat privatperson natural natürliche particulier persona p")
ORGANISATION_WORDS = words(
    "organisation organization company business firm firma unternehmen société empresa o c"
)


def country(text: str) -> str:
    """Two letters (ISO 3166-1) from a code or a name; ValueError for what is neither."""
    found = country_code(text)
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
