"""Every text field of every form, found by walking the product, takes whatever can be typed or sent.

What is sent is stored and returned as it was, or refused beside its field. Nothing breaks and nothing runs.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client

from firmament.kernel.identity.tests.factories import link_of, make_client_invitation
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.world import PASSWORD
from firmament.lib.instant import now
from tests.walking import Form, Page, Reader, pages, read, send

ADDRESSES = {"email", "url"}
# They ask the database over connections of their own, and draw nothing.
FOR_MACHINES = {"healthz", "readyz", "metrics"}

# What the lists of others leave out, and ends of every context that text is put into.
OURS = (
    "\x00",
    "before\x00after",
    "\ud800",
    "half \udfff of a pair",
    "\u202egnp.exe\u202c",
    "\u2066left\u2069 \u200f right",
    "\u200b\u200d\u2060\ufeff",
    "a\u200bb",
    " blanks around ",
    "\tline\r\nbreak\r",
    "e\u0301 and \u00e9",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0010ffff",
    "𝕬𝖈𝖒𝖊",
    '"><x-canary onclick=alert(1)>',
    "'><x-canary/onload=alert(1)//",
    "</textarea><x-canary>",
    "</title></script></style><x-canary>",
    "--><x-canary>",
    "&lt;x-canary&gt; &amp;amp; &#60;",
    "{{ 7|add:7 }}{% debug %}{{ request.user.password }}${7*7}#{7*7}<%= 7*7 %>",
    "javascript:alert(1)",
    '=HYPERLINK("http://evil.example","x")',
    "../../../../etc/passwd%00.pdf",
    "%s %(name)s %n {0} {name}",
    "a" * 201,
)
LONG = "x" * 1_000_000


@pytest.fixture(scope="module")
def strings() -> list[str]:
    from pathlib import Path

    path = Path(__file__).resolve().parents[2] / "shared" / "cases" / "strings" / "blns.json"
    if not path.is_file():
        pytest.skip("the cases in strings are not here")
    return list(dict.fromkeys([*json.loads(path.read_text()), *OURS]))


@pytest.fixture(autouse=True)
def quiet():
    """Ten thousand requests need no log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def people(alice, ada, carla):
    """Who opens a door: the first of them who is let in."""
    partner, admin = browser_of("alice@acme.example"), browser_of("ada@acme.example")
    return {
        "staff": [partner, admin],
        "portal": [browser_of("carla@client.example")],
        "person": [partner],
        "public": [Client(), partner],
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def found_forms(people, alice) -> tuple[list[tuple[str, Client, Form]], set[str]]:
    """Every form with a field for text, who may fill it in, and every tag that plain pages are made of."""
    found: dict[tuple[str, str], tuple[str, Client, Form]] = {}
    tags: set[str] = set()
    for page, url in addresses(alice):
        for browser in people[page.entrance.door]:
            response = browser.get(url)
            if response.streaming:
                list(response)
            elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                seen = read(response, url)
                assert not seen.dangers, (url, seen.dangers)
                tags |= set(seen.tags)
                for form in seen.forms:
                    if form.texts:
                        found.setdefault((form.method, form.action), (page.name, browser, form))
    return list(found.values()), tags


def addresses(alice) -> list[tuple[Page, str]]:
    """Pages with an address to open; the ones with a key in it have keys that work."""
    keys = {"identity_invitation": link_of(make_client_invitation(alice))}
    return [
        (page, keys.get(page.name) or page.url(alice))
        for page in pages()
        if page.name in keys or (page.name not in FOR_MACHINES and page.has_example)
    ]


def shape(form: Form) -> tuple[object, ...]:
    """What makes two forms the same questions: what they ask, whatever row of a set it stands in."""
    names = {(one.name.rpartition("-")[2], one.kind) for one in form.texts}
    return (form.method, *sorted(names))


def plain(form: Form, choices: int) -> dict[str, str]:
    """Something harmless for every field, and different in each, so that it is known again where it is stored.

    Of the lists to choose from that stand on nothing, the first `choices` are set to their first choice.
    """
    values: dict[str, str] = {}
    for index, one in enumerate(form.fields):
        if one.kind == "password":
            values[one.name] = PASSWORD
        elif one.name == "login":
            values[one.name] = "alice@acme.example"
        elif one.kind == "email":
            values[one.name] = f"plain{index}@nowhere.example"
        elif one.kind == "url":
            values[one.name] = f"https://plain{index}.example/"
        elif one.is_text and one.name != "q":
            values[one.name] = "DE" if one.limit == 2 else f"Plain {index}"
        elif one.kind == "date":
            values[one.name] = f"{now() + timedelta(days=index):%Y-%m-%d}"
        elif one.kind == "radio":
            values[one.name] = one.value if one.on or one.name not in values else values[one.name]
        elif one.kind == "select":
            first = next((option for option in one.options if option), "")
            values[one.name] = one.value or (first if choices > 0 else "")
            choices -= not one.value
        elif one.kind != "checkbox":
            values[one.name] = one.value
    return values


def sendable(form: Form, values: dict[str, str]) -> list[tuple[str, str]]:
    """As a browser would send these values; every box is ticked."""
    boxes = [(one.name, one.value or "on") for one in form.fields if one.kind == "checkbox"]
    return [*values.items(), *boxes, *form.pressed]


def text_columns() -> list[tuple[str, str]]:
    """Every column that holds text."""
    return [
        (model._meta.db_table, column.column)
        for model in apps.get_models()
        if model.__module__.startswith("firmament.")
        for column in model._meta.local_fields
        if isinstance(column, models.CharField | models.TextField) and not column.choices
    ]


def landed(values: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Where each of these values is stored now."""
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        for table, column in text_columns():
            cursor.execute(
                f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" = ANY(%s)',
                [list(values.values())],
            )
            for (text,) in cursor.fetchall():
                for name, value in values.items():
                    if value == text:
                        places[name].append((table, column))
    return places


def not_stored(values: dict[str, set[str]], places: dict[str, list[tuple[str, str]]]) -> list[str]:
    """The fields none of whose values is in one of its places."""
    asked = [name for name in values if places.get(name)]
    if not asked:
        return []
    parts, params = [], []
    for name in asked:
        parts.append(
            " OR ".join(f'EXISTS (SELECT 1 FROM "{t}" WHERE "{c}" = ANY(%s))' for t, c in places[name])
        )
        params += [list(values[name])] * len(places[name])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return [name for name, there in zip(asked, row, strict=True) if not there]


def arrived(text: str) -> str:
    """What a server may make of it: half a surrogate pair is not UTF-8, so nobody can know it again."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Filling:
    """One form, filled in again and again."""

    def __init__(self, name: str, browser: Client, form: Form, tags: set[str]) -> None:
        self.name, self.browser, self.form, self.tags = name, browser, form, tags
        self.plain = plain(form, 0)
        self.places: dict[str, list[tuple[str, str]]] = {}
        self.requests = 0
        self.accepted = 0
        self.faults: list[str] = []
        self.refused = 0

    def prepare(self) -> bool:
        """Send it as it is meant; whether it was taken."""
        for choices in (0, 1, 9):
            self.plain = plain(self.form, choices)
            with undone():
                response = self._send(self.plain)
                if response.status_code < 400:
                    texts = {f.name: self.plain[f.name] for f in self.form.texts if f.kind != "password"}
                    self.places = landed(texts)
                    return True
        print(self.name, read(response, "").forms[-1].bad, self.plain)
        return False

    def take(self, strings: dict[str, str]) -> None:
        """Send these; whatever is refused gets something plain instead, so that the rest is seen to be stored."""
        sent = {**self.plain, **strings}
        kept = {name for name in strings if self.form.field(name).kind != "password"}
        for _again in range(5):
            with undone():
                response = self._send(sent)
                if response.status_code < 400:
                    hostile = {name: self._meant(name, sent[name]) for name in kept}
                    lost = not_stored(hostile, self.places)
                    self.faults += [
                        f"{self.name}: {name} is not stored as sent: {sent[name]!r}" for name in lost
                    ]
                    self.accepted += len(kept)
                    return
                bad = self._refusal(response, sent)
            # Where no field is marked, all of them together were refused, such as an address with its password.
            bad = bad if bad & kept else set(strings)
            self.refused += len(bad & kept)
            kept -= bad
            if not kept:
                return
            sent |= {name: self.plain[name] for name in bad}
        self.faults.append(f"{self.name}: refuses what is plain: {sent!r}")

    def _meant(self, name: str, text: str) -> set[str]:
        """What may be stored of it.

        A line may lose the blanks around it, as a browser takes them off addresses by itself, and an address may be
        completed; a text of several lines loses nothing.
        """
        text, kind = arrived(text), self.form.field(name).kind
        if kind == "textarea":
            return {text}
        return {text, text.strip(), f"https://{text.strip()}"} if kind == "url" else {text, text.strip()}

    def _send(self, values: dict[str, str]) -> HttpResponse:
        self.requests += 1
        response = send(self.browser, self.form, sendable(self.form, values))
        if response.status_code >= 500:
            self.faults.append(f"{self.name}: {response.status_code} for {values!r}")
        return response

    def _refusal(self, response: HttpResponse, sent: dict[str, str]) -> set[str]:
        """The fields that are marked; everything stands in them as it was sent, and nothing runs."""
        if response.status_code != 422:
            self.faults.append(f"{self.name}: {response.status_code} for {sent!r}")
        seen = read(response, self.form.action, whole=False)
        self.look(seen)
        names = {one.name for one in self.form.texts}
        again = next((form for form in seen.forms if names <= {one.name for one in form.texts}), None)
        if again is None:
            self.faults.append(f"{self.name}: what was typed is gone")
            return set()
        self.faults += [
            f"{self.name}: {one.name} comes back as {one.value!r}, not {sent[one.name]!r}"
            for one in again.texts
            if one.kind != "password" and one.name in sent and one.value != arrived(sent[one.name])
        ]
        return again.bad

    def look(self, seen: Reader) -> None:
        """Nothing in the page is there because somebody typed it."""
        strange = set(seen.tags) - self.tags
        self.faults += [f"{self.name}: {danger}" for danger in [*seen.dangers, *strange]]


@pytest.fixture
def fillings(people, alice) -> list[list[Filling]]:
    """Forms, those that ask the same together."""
    found, tags = found_forms(people, alice)
    groups: dict[object, list[Filling]] = defaultdict(list)
    for name, browser, form in found:
        groups[shape(form)].append(Filling(name, browser, form, tags | {"ul", "li", "a", "p"}))
    return list(groups.values())


def test_every_text_field_takes_every_string(fillings, strings) -> None:
    """A form asks the same at many addresses (a reason, a contact): the strings are dealt out among them."""
    posts = [group for group in fillings if group[0].form.method == "post"]
    every = [filling for group in posts for filling in group]
    assert [filling.name for filling in every if not filling.prepare()] == []
    # Nearly everything is refused as an address, and each refusal costs a second request: dealt out among all.
    addressed = [group for group in posts if any(one.kind in ADDRESSES for one in group[0].form.texts)]
    for group in posts:
        for k in range(len(strings)):
            filling = group[k % len(group)]
            turn = group in addressed and k % len(addressed) == addressed.index(group)
            fields = [one for one in filling.form.texts if turn or one.kind not in ADDRESSES]
            filling.take({one.name: strings[(k + 37 * i) % len(strings)] for i, one in enumerate(fields)})

    faults = [fault for filling in every for fault in filling.faults]
    taken, refused = sum(f.accepted for f in every), sum(f.refused for f in every)
    fields = sum(len(f.form.texts) for f in every)
    print(f"{len(every)} forms of {len(posts)} kinds, {fields} fields, {len(strings)} strings,", end=" ")
    print(f"{sum(f.requests for f in every)} requests: {taken} stored, {refused} refused")
    assert not faults, "\n".join(faults[:40])
    assert len(every) >= 25 and fields >= 70
    assert taken > 5 * len(strings)
