"""The shell of a page: everything around what the view draws."""

from collections.abc import Iterable, Mapping
from typing import cast

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, get_language_bidi

from firmament.kernel.files.models import StoredFile
from firmament.kernel.policies.decide import may
from firmament.kernel.search.policies import Can as Find
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm, FirmAccess, FirmProfile
from firmament.kernel.web.accounts import choices
from firmament.kernel.web.menu import SECTION_LABELS, MenuEntry, NewEntry, Section
from firmament.kernel.web.operating import operator_shell
from firmament.kernel.web.request_ids import request_id_of
from firmament.kernel.web.requests import notices_of
from firmament.kernel.web.toasts import take_toasts
from firmament.ui.shell import (
    PALETTES,
    Brand,
    Face,
    FirmChoice,
    MenuItem,
    MenuSection,
    PersonBadge,
    Shell,
    Theme,
)

# Addresses of identity's and the firms room's pages, which the shell points at where they exist.
SIGN_OUT = "account_logout"
PROFILE = "profile"
THEME = "theme"
LOGO = "logo"
ACCOUNT = "portal_account"


def shell_for(request: HttpRequest) -> Shell:
    """The workspace's shell for staff, the portal's for clients, the operators' own, the public one for everybody else."""
    if getattr(request, "operator", None) is not None:
        return operator_shell(request)
    actor: Actor | None = getattr(request, "actor", None)
    firm: Firm | None = getattr(request, "firm", None)
    if actor is None or firm is None or actor.domain not in (Domain.STAFF, Domain.CLIENT):
        return public_shell(request)
    staff = actor.domain == Domain.STAFF
    user = request.user
    assert user.is_authenticated
    own = "firms" if staff else "firms_portal"
    finds = may(actor, Find.FIND)
    return Shell(
        face=Face.WORKSPACE if staff else Face.PORTAL,
        brand=_brand(firm, own),
        home_url=door_url(firm.slug, staff=staff),
        person=PersonBadge(name=user.name, email=user.email),
        firms=_firms(request, firm, staff=staff),
        accounts=() if staff else choices(actor),
        account_url="" if staff else _address(ACCOUNT, firm.slug),
        sections=_sections(request, actor, firm.slug, staff=staff),
        new_items=_new_items(actor, firm.slug) if staff else (),
        toasts=take_toasts(request),
        notices=notices_of(request),
        search_url=_address("search:rows", firm.slug) if staff and finds else "",
        search_page_url=_address("search_portal:search", firm.slug) if finds and not staff else "",
        profile_url=_address(f"{own}:{PROFILE}", firm.slug),
        theme_url=_address(f"{own}:{THEME}", firm.slug),
        sign_out_url=reverse(SIGN_OUT),
        theme=cast(Theme, user.theme),
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
        timezone=user.timezone,
        shortcuts_enabled=user.shortcuts_enabled,
        menu_narrow=request.COOKIES.get("ui_menu") == "narrow",
        request_id=request_id_of(request),
    )


def public_shell(request: HttpRequest, brand: Brand | None = None) -> Shell:
    """For pages of no firm, or of a firm whose name the visitor may know (an invitation)."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return Shell(
        face=Face.PUBLIC,
        brand=brand or Brand(),
        person=PersonBadge(name=user.name, email=user.email) if known and user is not None else None,
        toasts=take_toasts(request),
        notices=notices_of(request),
        sign_out_url=reverse(SIGN_OUT) if known else "",
        theme=cast(Theme, user.theme) if known and user is not None else "auto",
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
        request_id=request_id_of(request),
    )


def door_url(slug: str, *, staff: bool) -> str:
    """Where a firm's workspace or portal begins."""
    return f"/w/{slug}/" if staff else f"/portal/{slug}/"


def first_address(actor: Actor, slug: str) -> str:
    """The first destination of the actor's menu; empty when there is none."""
    staff = actor.domain == Domain.STAFF
    for entry in _entries("menu" if staff else "portal_menu"):
        if may(actor, entry.power):
            return _address(entry.url_name, slug)
    return ""


def dangling_menu_entries() -> list[str]:
    """Names in menus that lead nowhere; must be none."""
    names = [entry.url_name for attribute in ("menu", "portal_menu") for entry in _entries(attribute)]
    names += [
        entry.url_name
        for config in apps.get_app_configs()
        for attribute in ("new_items", "operator_menu")
        for entry in getattr(config, attribute, ())
    ]
    return [name for name in names if not _address(name, "firm")]


def _brand(firm: Firm, namespace: str) -> Brand:
    """The firm's palette and logo, in one query; a logo that its scan has not found clean is not shown."""
    clean = StoredFile.objects.ready().filter(pk=OuterRef("logo_id")).values("pk")
    profile = FirmProfile.objects.values("brand", logo=Subquery(clean)).first() or {"brand": "", "logo": None}
    palette = profile["brand"] if profile["brand"] in PALETTES else "indigo"
    logo_url = _address(f"{namespace}:{LOGO}", firm.slug, pk=profile["logo"]) if profile["logo"] else ""
    return Brand(name=firm.name, palette=palette, logo_url=logo_url, own=True)


def _firms(request: HttpRequest, firm: Firm, *, staff: bool) -> tuple[FirmChoice, ...]:
    accesses: Iterable[FirmAccess] = getattr(request, "accesses", ())
    return tuple(
        FirmChoice(
            name=access.firm.name,
            url=door_url(access.firm.slug, staff=access.domain == FirmAccess.Domain.STAFF),
            current=access.firm_id == firm.pk and (access.domain == FirmAccess.Domain.STAFF) == staff,
        )
        for access in accesses
        if access.firm.state != Firm.State.CANCELED
    )


def _entries(attribute: str) -> list[MenuEntry]:
    """The rooms' menu entries in the order of the sections, then their own."""
    order = list(Section)
    entries = [entry for config in apps.get_app_configs() for entry in getattr(config, attribute, ())]
    return sorted(entries, key=lambda entry: (order.index(entry.section), entry.order))


def _sections(request: HttpRequest, actor: Actor, slug: str, *, staff: bool) -> tuple[MenuSection, ...]:
    grouped: dict[Section, list[MenuItem]] = {}
    places: dict[str, str] = {}
    for entry in _entries("menu" if staff else "portal_menu"):
        if may(actor, entry.power):
            url = _address(entry.url_name, slug)
            places[url] = _room_of(url) if entry.whole_room else url
            grouped.setdefault(entry.section, []).append(
                MenuItem(label=str(entry.label), url=url, icon=entry.icon)
            )
    current = _current(places, request.path)
    return tuple(
        MenuSection(
            label="" if section == Section.HOME or not staff else str(SECTION_LABELS[section]),
            items=tuple(
                MenuItem(label=i.label, url=i.url, icon=i.icon, active=i.url == current) for i in items
            ),
        )
        for section, items in grouped.items()
    )


def _current(places: Mapping[str, str], path: str) -> str:
    """The destination to whose place the present address belongs; the narrowest wins. `places`: destination → place."""
    under = [url for url, place in places.items() if path.startswith(place)]
    return max(under, key=lambda url: len(places[url]), default="")


def _room_of(url: str) -> str:
    """The room's own address, "/w/<firm>/<room>/"."""
    return "/".join(url.split("/")[:4]) + "/"


def _new_items(actor: Actor, slug: str) -> tuple[MenuItem, ...]:
    entries: list[NewEntry] = [
        e for config in apps.get_app_configs() for e in getattr(config, "new_items", ())
    ]
    return tuple(
        MenuItem(label=str(entry.label), url=_address(entry.url_name, slug), icon=entry.icon)
        for entry in sorted(entries, key=lambda entry: entry.order)
        if may(actor, entry.power)
    )


def _address(name: str, slug: str, **further: object) -> str:
    try:
        return reverse(name, kwargs={"firm": slug, **further})
    except NoReverseMatch:
        return ""
