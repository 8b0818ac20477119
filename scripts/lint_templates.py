#!/usr/bin/env python3
"""Hold every template to the house's rules for pages (docs/reference/components.md).

    .venv/bin/python scripts/lint_templates.py [path …]

Without paths, every template under firmament/. Prints path:line: what is wrong; exit code 1 if anything is.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "firmament" / "ui"
COMPONENTS = UI / "templates" / "cotton" / "ui"

# Words that are the same in every language, or keys of a keyboard.
SAME_EVERYWHERE = {
    "Firmament",
    "Ctrl",
    "Esc",
    "Enter",
    "URL",
    "CSV",
    "XLSX",
    "PDF",
    "API",
    "JSON",
    "UTC",
    "id",
    "ID",
    "Message-ID",
    "Message",
}
# Attributes that a person reads or hears.
READ = {"label", "title", "about", "placeholder", "aria-label", "alt", "kicker", "note", "rule", "what", "help",
        "submit", "confirm", "confirm-label", "search-label", "problem"}  # fmt: skip
# Attributes any element may have; a component hands them to its outer element.
PLAIN = re.compile(
    r"^(:?(id|class|role|tabindex|rel|target|download|lang|dir|hidden|title|name|value|form|formaction|autofocus"
    r"|autocomplete|enctype|href|method|accept|multiple|is|attrs|rows|required|type|min|max|step|inputmode|open)"
    r"|:?(hx|data|aria)-[\w:.-]+)$"
)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(
    r"{%\s*(?:blocktranslate|blocktrans|comment)\b.*?%}.*?{%\s*end(?:blocktranslate|blocktrans|comment)\s*%}",
    re.DOTALL,
)
ELEMENT = re.compile(r"<(/?)([a-zA-Z][\w.:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([:@\w][\w:.@-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
# A block that fills an attribute holds classes, no words.
ATTRIBUTE_BLOCK = re.compile(r"{%\s*block\s+\w*(?:class|attributes)\s*%}.*?{%\s*endblock\b.*?%}", re.DOTALL)
# Template -> (what is allowed there, why).
EXCEPTIONS = {
    "firmament/kernel/messages/templates/messages/letter.html": (
        ("inline style", "escaping"),
        "a mail: clients drop style sheets, and the body was rendered and sanitised by kernel.wording",
    ),
    "firmament/kernel/messages/templates/messages/letter_page.html": (
        ("escaping",),
        "shows the sanitised body of a caught mail, on a page that only a development machine has",
    ),
}
# Stands for one character of template code, so that offsets, and with them line numbers, stay true.
CODE = "\ue000"


@dataclass(frozen=True)
class Element:
    """An opening tag: its name, its attributes with template code masked, and where it begins."""

    name: str
    attributes: dict[str, str]
    offset: int


@dataclass(frozen=True)
class Finding:
    """Something wrong, at an offset of the file."""

    offset: int
    words: str


@cache
def icons() -> frozenset[str]:
    return frozenset((UI / "icons.txt").read_text().split())


@cache
def known_classes() -> frozenset[str]:
    """Every class that a style sheet of ui/ names, or one of its scripts looks for."""
    css = "\n".join(path.read_text() for path in sorted((UI / "static" / "ui" / "css").glob("*.css")))
    css = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", css, flags=re.DOTALL)
    return frozenset(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", css))


@cache
def components() -> dict[str, frozenset[str]]:
    """Each `<c-ui.…>` tag and the values it takes."""
    found = {}
    for path in sorted(COMPONENTS.glob("*.html")):
        declared = re.search(r"<c-vars\s(.*?)/>", path.read_text(), re.DOTALL)
        names = [name.lstrip(":") for name, _ in ATTRIBUTE.findall(declared.group(1))] if declared else []
        found[f"c-ui.{path.stem}"] = frozenset(names)
    return found


def mask(text: str) -> str:
    """The text with template code and translated blocks blanked out, of the same length."""
    blank = TRANSLATED.sub(lambda match: CODE * len(match.group()), text)
    blank = ATTRIBUTE_BLOCK.sub(lambda match: CODE * len(match.group()), blank)
    return TEMPLATE_CODE.sub(lambda match: CODE * len(match.group()), blank)


def elements(masked: str) -> Iterator[Element]:
    """Every opening tag."""
    for match in ELEMENT.finditer(masked):
        if match.group(1):
            continue
        attributes = {name: value.strip("\"'") for name, value in ATTRIBUTE.findall(match.group(3))}
        yield Element(match.group(2), attributes, match.start())


def has_words(text: str) -> bool:
    """Whether a reader would read something here that no translation reaches."""
    words = re.findall(r"[^\W\d_]{2,}", text.replace(CODE, " "))
    return any(word not in SAME_EVERYWHERE for word in words)


def check_inline(element: Element, path: Path) -> Iterator[str]:
    if element.name == "style" or ("style" in element.attributes and not element.name.startswith("c-")):
        yield "inline style: the CSP forbids it; use a class of ui/"
    if element.name == "script" and "src" not in element.attributes:
        yield "inline script: the CSP forbids it; write a module in ui/static/ui/js"
    for name, value in element.attributes.items():
        if re.match(r"on[a-z]+$", name) or name.startswith(("hx-on", "@")):
            yield f"{name}: inline handlers are forbidden by the CSP"
        if name.startswith("hx-") and value.startswith(("js:", "javascript:")):
            yield f"{name}: evaluated script is forbidden by the CSP"
        if re.match(r"(https?:)?//", value) and name != "xmlns":
            yield f"{name} leads to another host; everything is served from here"


def check_htmx(element: Element, path: Path) -> Iterator[str]:
    used = [name for name in element.attributes if name.startswith("hx-")]
    # A component that turns into htmx by itself (`target`) writes its own three.
    if len(used) > 3:
        yield f"{len(used)} htmx attributes on one element; at most three"


def check_component(element: Element, path: Path) -> Iterator[str]:
    if not element.name.startswith("c-") or element.name in ("c-vars", "c-slot"):
        return
    takes = components().get(element.name)
    if takes is None:
        yield f"<{element.name}> does not exist"
        return
    for name, value in element.attributes.items():
        if name.startswith(":") and not name.startswith("::") and ("|" in value or CODE in value):
            # Cotton resolves a bare variable; anything else it drops, and the component draws its default.
            yield f'{name}="…" takes a variable alone; write {name[1:]}="{{{{ … }}}}"'
        if name.lstrip(":") not in takes and not PLAIN.match(name):
            yield f"<{element.name}> takes no {name.lstrip(':')!r}"


def check_slot(element: Element, path: Path) -> Iterator[str]:
    if element.name == "c-slot":
        name = element.attributes.get("name", "")
        if not any(name in takes for takes in components().values()):
            yield f"no component has a slot {name!r}"


def check_words(element: Element, path: Path) -> Iterator[str]:
    for name, value in element.attributes.items():
        if name in READ and has_words(value):
            yield f'{name}="{value}" is not translated'


def check_icon(element: Element, path: Path) -> Iterator[str]:
    keys = ("icon", "name") if element.name == "c-ui.icon" else ("icon",)
    for key in keys:
        value = element.attributes.get(key, "")
        if element.name.startswith("c-ui.") and value and CODE not in value and value not in icons():
            yield f"icon {value!r} is not in firmament/ui/icons.txt"


def check_classes(element: Element, path: Path) -> Iterator[str]:
    for token in element.attributes.get("class", "").split():
        if CODE not in token and token not in known_classes():
            yield f"class {token!r} is not in the vocabulary of ui/"


CHECKS = (
    check_inline,
    check_htmx,
    check_component,
    check_slot,
    check_words,
    check_icon,
    check_classes,
)


def check_text(masked: str) -> Iterator[Finding]:
    """Text between tags that no translation reaches."""
    # A new tag begins where the last ended; what lies between is text.
    at = 0
    for match in [*ELEMENT.finditer(masked), None]:
        end = match.start() if match else len(masked)
        text = re.sub(r"<!.*?>", "", masked[at:end], flags=re.DOTALL)
        if has_words(re.sub(r"&\w+;", "", text)):
            words = " ".join(text.replace(CODE, " ").split())
            offset = at + len(text) - len(text.lstrip())
            yield Finding(offset, f"text is not translated: {words[:60]!r}")
        at = match.end() if match else end


def check_code(text: str, path: Path) -> Iterator[Finding]:
    """Rules about template code itself."""
    for match in re.finditer(r"{%\s*icon\s+\"([^\"]+)\"", text):
        if match.group(1) not in icons():
            yield Finding(match.start(), f"icon {match.group(1)!r} is not in firmament/ui/icons.txt")
    for match in re.finditer(r"{{\s*attrs\s*}}", text):
        yield Finding(match.start(), "{{ attrs }} does not escape; use {% attributes attrs %}")
    for match in re.finditer(r"\|\s*safe\b|{%\s*autoescape\s+off", text):
        yield Finding(match.start(), "escaping is never turned off in a template")
    if "modules" in path.parts:
        for match in re.finditer(r"{%\s*url\s+[\"']([^\"']+)", text):
            if not match.group(1).startswith("account_"):
                yield Finding(match.start(), "{% url %} loses the firm; use {% link %}")


def lint(path: Path) -> list[str]:
    """What is wrong with a template, a line each."""
    text = path.read_text()
    masked = mask(text)
    found = [*check_text(masked), *check_code(text, path)]
    for element in elements(masked):
        found += [Finding(element.offset, words) for check in CHECKS for words in check(element, path)]
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
    allowed, _reason = EXCEPTIONS.get(name, ((), ""))
    found = [finding for finding in found if not finding.words.startswith(tuple(allowed))]
    return [
        f"{name}:{text.count(chr(10), 0, finding.offset) + 1}: {finding.words}"
        for finding in sorted(found, key=lambda finding: finding.offset)
    ]


def templates() -> list[Path]:
    """Every template of the house; those of tests are nobody's pages."""
    found = (ROOT / "firmament").glob("**/templates/**/*.html")
    return sorted(path for path in found if "tests" not in path.parts)


def main(arguments: list[str]) -> int:
    """Lint, print, and return the exit code."""
    paths = [Path(argument).resolve() for argument in arguments] or templates()
    lines = [line for path in paths for line in lint(path)]
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
