"""The product's own pages, found by walking it, and their forms, found by reading them.

Tests that must cover rooms nobody named begin here: a new room is covered by being mounted.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlencode

from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.entrances import Entrance, entrance_of

Example = Callable[[Actor], dict[str, object]]

TEXTS = frozenset({"text", "email", "tel", "url", "search", "password", "textarea"})
PRESSED = frozenset({"submit", "button", "reset", "image"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An address: its name with namespace, the door it belongs to, and what it takes."""

    name: str
    route: str
    entrance: Entrance
    arguments: frozenset[str]

    @property
    def in_firm(self) -> bool:
        return "firm" in self.arguments

    @property
    def has_example(self) -> bool:
        """Whether it can be opened without asking anybody; the leak sweep fails for a firm's page that cannot."""
        return not self.arguments - {"firm"} or self.name in examples("EXAMPLES")

    def url(self, actor: Actor, firm: str = "acme") -> str:
        """Its address with things that are there, made by the room's own example."""
        given: dict[str, object] = {"firm": firm} if self.in_firm else {}
        if self.arguments - {"firm"}:
            given |= examples("EXAMPLES")[self.name](actor)
        return reverse(self.name, kwargs=given)


def examples(attribute: str) -> dict[str, Example]:
    """What the rooms' factories offer under this name."""
    found: dict[str, Example] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.tests.factories"
        if config.name.startswith("firmament.") and find_spec(f"{config.name}.tests") and find_spec(name):
            found |= getattr(import_module(name), attribute, {})
    return found


def pages() -> list[Page]:
    """Every page of the product; the API's operations are not among them."""
    return sorted(_walk(get_resolver().url_patterns, "", "", frozenset()), key=lambda page: page.name)


def _walk(
    patterns: list[URLPattern | URLResolver], space: str, route: str, taken: frozenset[str]
) -> Iterator[Page]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        arguments = taken | set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (space, pattern.namespace)))
            yield from _walk(pattern.url_patterns, inner, here, arguments)
        elif pattern.name and not here.startswith("api/"):
            entrance = entrance_of(pattern.callback)
            assert entrance is not None, here
            yield Page(
                name=":".join(filter(None, (space, pattern.name))),
                route=here,
                entrance=entrance,
                arguments=arguments,
            )


@dataclass(slots=True)
class Field:
    """One control of a form. `options` are the values a browser could send of a choice."""

    name: str
    kind: str
    value: str = ""
    limit: int | None = None
    least: int = 0
    on: bool = False
    options: list[str] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTS


@dataclass(slots=True)
class Form:
    """A form as a browser sees it. `bad` are the names of the fields that are marked as wrong."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)

    @property
    def texts(self) -> list[Field]:
        return [one for one in self.fields if one.is_text]

    @property
    def pressed(self) -> list[tuple[str, str]]:
        """What the form's own button adds: the one without a name, where there is one, adds nothing."""
        return [] if any(not name for name, _value in self.buttons) else self.buttons[:1]

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)


class Reader(HTMLParser):
    """Forms, and everything in a page that could run."""

    def __init__(self, at: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.tags: Counter[str] = Counter()
        self.dangers: list[str] = []
        self._at = at
        self._form: Form | None = None
        self._text: Field | None = None
        self._select: Field | None = None
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self._look(tag, given)
        if tag == "form":
            self._form = Form(
                method=given.get("method", "get").lower(), action=given.get("action") or self._at
            )
            self.forms.append(self._form)
        if self._form is not None:
            self._take(self._form, tag, given)
        self._script = tag == "script"

    def _look(self, tag: str, given: dict[str, str]) -> None:
        for name, value in given.items():
            scheme = "".join(c for c in value if c > " ").lower().partition(":")[0]
            if name.startswith("on") or name in ("style", "srcdoc", "formtarget", "ping"):
                self.dangers.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "formaction", "data", "xlink:href") and scheme in (
                "javascript",
                "vbscript",
                "data",
            ):
                self.dangers.append(f"<{tag} {name}={scheme}:>")

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if given.get("aria-invalid") == "true" and name:
            form.bad.add(name)
        limit = int(given["maxlength"]) if given.get("maxlength", "").isdigit() else None
        least = int(given["minlength"]) if given.get("minlength", "").isdigit() else 0
        if tag == "button" and given.get("type", "submit") == "submit" and "formaction" not in given:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind not in PRESSED and kind != "file":
                form.fields.append(
                    Field(name, kind, given.get("value", ""), limit, least, "checked" in given)
                )
        elif tag == "textarea" and name:
            self._text = Field(name, "textarea", "", limit, least)
            form.fields.append(self._text)
        elif tag == "select" and name:
            self._select = Field(name, "select")
            form.fields.append(self._select)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or len(self._select.options) == 1:
                self._select.value = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            # A browser drops the first line break, which Django puts there for that reason.
            self._text.value = self._text.value.removeprefix("\r\n").removeprefix("\n")
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data
        if self._script and data.strip():
            self.dangers.append("<script> with words of its own")


def read(response: HttpResponse, at: str, *, whole: bool = True) -> Reader:
    """A page, read; its main part only unless it is the `whole` that matters."""
    reader = Reader(at)
    text = response.content.decode()
    # What stands around the main part is the same on every page, and reading it again costs more than the page.
    reader.feed(text if whole else text[max(text.find("<main"), 0) :])
    reader.close()
    return reader


def send(browser: Client, form: Form, sent: list[tuple[str, str]], **headers: str) -> HttpResponse:
    """The form as a browser without JavaScript sends it; cookies are as they were afterwards."""
    kept = browser.cookies.copy()
    query = urlencode(sent, errors="surrogatepass")
    try:
        if form.method == "get":
            return browser.get(f"{form.action.partition('?')[0]}?{query}", headers=headers)
        return browser.generic(
            "POST", form.action, query, content_type="application/x-www-form-urlencoded", headers=headers
        )
    finally:
        browser.cookies = kept
