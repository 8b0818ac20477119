"""The portal of a person who acts for several clients: all of them together, or one by choice.

The choice stands in the person's session and ends with it. It narrows what they see and takes nothing away: an
address that belongs to another of their clients still opens (`middleware`), and so does a form they had open.
"""

from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from firmament.kernel.policies.authority import authority_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.tenancy.transaction import transaction_cache
from firmament.kernel.web.requests import FirmRequest
from firmament.ui.shell import AccountChoice

_SESSION = "portal_accounts"


class Account(Protocol):
    """A client as the switcher needs it."""

    @property
    def id(self) -> UUID: ...

    @property
    def name(self) -> str: ...


def accounts_of(actor: Actor) -> tuple[Account, ...]:
    """The clients a person acts for now, whichever they look at; read at most once in a transaction.

    A room says so by its AppConfig: `portal_accounts = ("dotted.path",)`, each a function
    `(user_id) -> Iterable[Account]`.
    """
    cache: dict[UUID | None, tuple[Account, ...]] = transaction_cache().setdefault(Account, {})
    if actor.user_id not in cache:
        # What a wall keeps from whoever only looks as the person is not even named.
        hidden = authority_of(actor).walled_clients if actor.looker else frozenset[UUID]()
        found = (one for ask in offered("portal_accounts") for one in ask(actor.user_id))
        cache[actor.user_id] = tuple(one for one in found if one.id not in hidden)
    return cache[actor.user_id]


def choose(request: HttpRequest, firm_id: UUID, client_id: UUID | None) -> None:
    """Remember which client of the firm the person looks at; None is all of them."""
    kept: dict[str, str] = dict(request.session.get(_SESSION, {}))
    kept.pop(firm_id.hex, None)
    if client_id is not None:
        kept[firm_id.hex] = client_id.hex
    request.session[_SESSION] = kept


def narrowed(request: HttpRequest, actor: Actor | None) -> Actor | None:
    """The person as they look now: at the client they chose, while they still act for it."""
    kept: dict[str, str] = request.session.get(_SESSION, {})
    if actor is None or actor.firm_id.hex not in kept:
        return actor
    client_id = UUID(kept[actor.firm_id.hex])
    if client_id not in {account.id for account in accounts_of(actor)}:
        return actor
    return replace(actor, client_id=client_id)


def account_of(path: str, actor: Actor) -> Account | None:
    """Which of the person's clients the object in the address belongs to; None where that is not one alone.

    One query, however many clients there are: every table that says by its `client_path` whose its rows are is looked
    into by the ids of the address. Whether the person may see the object is for the page to say.
    """
    ids = [value for value in resolve(path).kwargs.values() if isinstance(value, UUID)]
    if not ids:
        return None
    owners, *others = [
        model._base_manager.filter(pk__in=ids).values_list(client_path, flat=True)
        for model in firm_models()
        if (client_path := model.client_path) is not None
    ]
    mine = {account.id: account for account in accounts_of(actor)}
    found = set(owners.union(*others, all=True)) & mine.keys()
    return mine[found.pop()] if len(found) == 1 else None


def choices(actor: Actor) -> tuple[AccountChoice, ...]:
    """What the switcher offers; nothing to somebody who acts for one client only."""
    if actor.client_id is None and len(authority_of(actor).grants) < 2:
        return ()
    accounts = accounts_of(actor)
    if len(accounts) < 2:
        return ()
    everything = AccountChoice(name=_("All accounts"), value="", current=actor.client_id is None)
    return (
        everything,
        *(
            AccountChoice(name=one.name, value=str(one.id), current=one.id == actor.client_id)
            for one in accounts
        ),
    )


def page_before(request: FirmRequest) -> str:
    """Where the person chose, if that page can show any account; else the portal's first page.

    A page of one object belongs to one client and would only lead back to it.
    """
    start = f"/portal/{request.firm.slug}/"
    place = urlsplit(request.headers.get("Referer", ""))
    if place.netloc != request.get_host() or not place.path.startswith(start):
        return start
    return start if names_one(place.path) else place.path


def opened_anew(request: HttpRequest) -> bool:
    """Whether the browser goes to the address as to a page (Fetch Metadata, `Sec-Fetch-Mode`).

    A form that was sent, a script's poll and a picture come from a page that stands open already.
    """
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and request.headers.get("HX-Request") != "true"
    )


def names_one(path: str) -> bool:
    """Whether the address names an object, and not only a firm."""
    try:
        match = resolve(path)
    except Resolver404:
        return True
    return bool(set(match.kwargs) - {"firm"})
