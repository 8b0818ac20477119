"""What a layout needs to know, as one value: the context variable `shell`.

`kernel.web` builds a `Shell` for every page it answers; the layouts `ui/workspace.html`, `ui/portal.html`
and `ui/public.html` read nothing else. All three take the same shape; each leaves unused what it does not
draw. Every address in it is finished, every text already in the reader's language.

    Shell(
        face=Face.WORKSPACE,
        brand=Brand(name="Harbor & Vale", palette="ocean", logo_url=""),
        home_url="/w/harbor/",
        person=PersonBadge(name="Ada Vale", email="ada@harbor.example", title="Partner"),
        firms=(FirmChoice(name="Harbor & Vale", url="/w/harbor/", current=True), …),
        sections=(MenuSection(label="", items=(MenuItem(label="Home", url="…", icon="home", active=True),)), …),
        new_items=(MenuItem(label="New client", url="…", icon="user-plus", shortcut="n c"),),
        toasts=(Toast(text="Client archived.", undo_url="/w/harbor/…/restore"),),
        profile_url="…", sign_out_url="…", theme="auto", language="en", request_id="…",
    )
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Tone = Literal["neutral", "info", "waiting", "warning", "danger", "success", "done"]
Theme = Literal["auto", "light", "dark"]

# Each name is a class `brand-<name>` in tokens.css, measured for contrast in both themes.
PALETTES: tuple[str, ...] = ("indigo", "ocean", "teal", "forest", "amber", "rose", "plum", "graphite")
# The colour of each on white paper, which reads no style sheet: `--brand-mark` by day.
ACCENTS: dict[str, str] = {
    "indigo": "#3a48c4",
    "ocean": "#14639c",
    "teal": "#0b6b66",
    "forest": "#2b6636",
    "amber": "#8a5206",
    "rose": "#ae2a55",
    "plum": "#7a3a96",
    "graphite": "#3b3f4b",
}


class Face(StrEnum):
    """Which of the house's faces a page shows."""

    WORKSPACE = "workspace"
    PORTAL = "portal"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One destination, or one thing to make.

    icon: a name in `icons.txt`. badge: a short count, "" for none. shortcut: keys pressed one after
    another, parted by a space ("g c"). page() marks the item of the present page `active`.
    """

    label: str
    url: str
    icon: str = "circle"
    active: bool = False
    badge: str = ""
    shortcut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSection:
    """A part of the left menu that can be folded; without a label it is a plain list at the top."""

    label: str
    items: tuple[MenuItem, ...]
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmChoice:
    """A firm the person may enter, for the switcher at the head of the menu."""

    name: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChoice:
    """A client the person acts for, for the portal's account switcher; value "" is all of them."""

    name: str
    value: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBadge:
    """Who is signed in. title: what they are in the firm, or the client they act for."""

    name: str
    email: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How the firm looks: a name, one of PALETTES, and a logo where it has one.

    `Brand()` is the product's own, for pages that belong to no firm.
    """

    name: str = "Firmament"
    palette: str = "indigo"
    logo_url: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """A short word about what just happened. undo_url takes a POST with the CSRF token and nothing else."""

    text: str
    tone: Tone = "success"
    undo_url: str = ""
    seconds: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A bar above everything else on every page, for as long as something out of the ordinary goes on.

    `action_url` takes a POST with the CSRF token and nothing else; "" draws no button.
    """

    text: str
    tone: Tone = "warning"
    icon: str = "info-circle"
    action: str = ""
    action_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Everything around a page. See the head of this file.

    language: BCP 47, for <html lang>. direction: ltr or rtl. timezone: IANA, shown in the person menu.
    menu_narrow: the person folded the left menu; read from the cookie `ui_menu` ("narrow"), which the
    browser writes. search_url: an address that answers `?q=` with `<li class="palette-item">` rows; ""
    while there is none, then the palette holds the menu's destinations alone. search_page_url: the page of
    search that the portal's header leads to, which has no palette. theme_url: takes a POST of
    `theme` (auto, light, dark) from the person menu; "" leaves the switch out. account_url: takes a POST of
    `account`, the value of one of `accounts`. notices: bars above the page, whatever face it shows.
    """

    face: Face
    brand: Brand = field(default_factory=Brand)
    home_url: str = "/"
    person: PersonBadge | None = None
    firms: tuple[FirmChoice, ...] = ()
    accounts: tuple[AccountChoice, ...] = ()
    account_url: str = ""
    sections: tuple[MenuSection, ...] = ()
    new_items: tuple[MenuItem, ...] = ()
    toasts: tuple[Toast, ...] = ()
    notices: tuple[Notice, ...] = ()
    search_url: str = ""
    search_page_url: str = ""
    profile_url: str = ""
    sign_out_url: str = ""
    theme_url: str = ""
    theme: Theme = "auto"
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    timezone: str = "UTC"
    shortcuts_enabled: bool = True
    menu_narrow: bool = False
    request_id: str = ""

    @property
    def items(self) -> tuple[MenuItem, ...]:
        """Every destination of the menu in one row, for the palette and the portal's bar."""
        return tuple(item for section in self.sections for item in section.items)
