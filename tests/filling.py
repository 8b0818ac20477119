"""Forms, filled in again and again: what was sent is stored and comes back as it was, or its field says why not.

The forms are found by walking the product. A test that fills them in imports the fixtures by name.
"""

import json
import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client

from firmament.kernel.breakglass.tests.factories import ODILE, OLGA
from firmament.kernel.identity.tests.factories import link_of, make_client_invitation
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.weighing import MARK
from firmament.kernel.testing.world import PASSWORD
from firmament.lib.instant import now
from firmament.lib.text import is_storable
from tests.walking import Field, Form, Page, Reader, pages, read, send

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
# What fits no choice, no day and no number.
TAMPERED = (
    "",
    "\x00",
    "9" * 400,
    "-1",
    "1e309",
    "\ud800",
    "0000-00-00",
    "'\"><x-canary>",
    "00000000-0000-0000-0000-000000000000",
)
# Names for programs: small letters and digits alone.
SLUGS = ("key", "shortcut")
SLUG_ROWS = re.compile(r"ask_\d+_name$")
# Compared, looked for, or sent on, and not kept; what a snippet says stands within the JSON of its version.
KEPT_NOWHERE = {
    ("account_login", "login"),
    ("account_reset_password", "email"),
    ("account_email", "email"),
    ("audit:erase", "text"),
    # A role is tried, and not saved.
    ("access:role_try", "name"),
    # They go into the trail alone.
    ("access:wall_review", "note"),
    ("access:walls_review", "note"),
    ("audit:erase_about", "confirm"),
    ("audit:erase_about", "reason"),
    ("snippets:snippet_create", "body_en"),
    ("snippets:snippet_edit", "body_en"),
    # Parted at its commas, and made from the title where it is left empty.
    ("snippets:snippet_create", "tags"),
    ("snippets:snippet_edit", "tags"),
    ("snippets:snippet_create", "key"),
}


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


def people() -> dict[str, list[Client]]:
    """Who opens a door: the first of them who is let in."""
    partner, admin = browser_of("alice@acme.example"), browser_of("ada@acme.example")
    return {
        "staff": [partner, admin],
        "portal": [browser_of("carla@client.example")],
        # The first has no session in the firm, and may ask for one; the second looks into it.
        "operator": [browser_of(ODILE), browser_of(OLGA)],
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


def found_forms(alice: Actor) -> tuple[list[tuple[str, Client, Form]], set[str]]:
    """Every form with a field for text, who may fill it in, and every tag that plain pages are made of."""
    who = people()
    found: dict[tuple[str, str], tuple[str, Client, Form]] = {}
    tags: set[str] = set()
    for page, url in addresses(alice):
        for browser in who[page.entrance.door]:
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


def question(one: Field) -> tuple[str, str, int | None]:
    """What a field asks, at whatever address and in whatever row of a set it stands.

    Addresses and passwords are read in the same way whatever they are called.
    """
    if one.kind in ("email", "password"):
        return "", one.kind, None
    name = "".join(c for c in one.name if not c.isdigit())
    return name.removeprefix("pause-").removeprefix("cancel-"), one.kind, one.limit


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
        elif one.name == "confirm":
            values[one.name] = "erase"
        elif one.name in SLUGS or SLUG_ROWS.match(one.name):
            values[one.name] = one.value or f"plain{index}"
        elif one.is_text and one.name != "q":
            values[one.name] = "DE" if one.limit == 2 else f"Plain {index}".ljust(one.least, "x")
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


def text_columns() -> dict[str, list[str]]:
    """Table → its columns that hold text of its own: the trail and the letters only repeat it."""
    found: dict[str, list[str]] = defaultdict(list)
    for model in apps.get_models():
        if model.__module__.startswith("firmament.") and model._meta.app_label not in ("ledger", "messages"):
            for column in model._meta.local_fields:
                if isinstance(column, models.CharField | models.TextField) and not column.choices:
                    found[model._meta.db_table].append(str(column.column))
    return found


def landed(values: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Where each of these values is stored now."""
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sent = list(values.values())
    with connection.cursor() as cursor:
        for table, columns in text_columns().items():
            here = " OR ".join(f'"{column}" = ANY(%s)' for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {names} FROM "{table}" WHERE {here}', [sent] * len(columns))
            rows = cursor.fetchall()
            for position, column in enumerate(columns):
                there = {row[position] for row in rows}
                for name, value in values.items():
                    if value in there:
                        places[name].append((table, column))
    return places


def not_stored(values: dict[str, set[str]], places: dict[str, list[tuple[str, str]]]) -> list[str]:
    """The fields that are missing from one of their places; several values where one of them will do."""
    asked = [name for name in values if places.get(name)]
    if not asked:
        return []
    parts, params = [], []
    for name in asked:
        parts.append(
            " AND ".join(f'EXISTS (SELECT 1 FROM "{t}" WHERE "{c}" = ANY(%s))' for t, c in places[name])
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

    def anew(self) -> "Filling":
        """The same form and what is known of it; nothing sent yet."""
        other = Filling(self.name, self.browser, self.form, self.tags)
        other.plain, other.places = self.plain, self.places
        return other

    def prepare(self) -> bool:
        """Send it as it is meant; whether it was taken."""
        for choices in (0, 1, 9):
            self.plain = plain(self.form, choices)
            with undone():
                response = self._send(self.plain)
                if response.status_code < 400 and self.form.method == "get":
                    return True
                if response.status_code < 400:
                    texts = {f.name: self.plain[f.name] for f in self.form.texts if f.kind != "password"}
                    found = landed(texts).items()
                    self.places = {name: at for name, at in found if (self.name, name) not in KEPT_NOWHERE}
                    return True
        print(self.name, read(response, "").forms[-1].bad, self.plain)
        return False

    def take(self, strings: dict[str, str]) -> set[str]:
        """Send these; whatever is refused gets something plain instead, so that the rest is seen to be stored.

        Which fields refused what they were given.
        """
        sent = {**self.plain, **strings}
        if self.form.method == "get":
            self.look(read(self._send(sent), self.form.action))
            return set()
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
                    self.accepted += len(kept & set(self.places))
                    return set(strings) - kept
                bad = self._refusal(response, sent)
            # Where no field is marked, all of them together were refused, such as an address with its password.
            bad = bad if bad & kept else set(strings)
            self.refused += len(bad & kept)
            kept -= bad
            if not kept:
                return set(strings)
            sent |= {name: self.plain[name] for name in bad}
        self.faults.append(f"{self.name}: refuses what is plain: {sent!r}")
        return set(strings)

    def _meant(self, name: str, text: str) -> set[str]:
        """What may be stored of it.

        A line may lose the blanks around it, as a browser takes them off addresses by itself, and an address may be
        completed; a text of several lines loses nothing.
        """
        text, kind = arrived(text), self.form.field(name).kind
        if self.name.startswith("governance:"):
            # Names of tags and folders lose spare blanks, so that none stands twice.
            return {text, " ".join(text.split())}
        if kind == "textarea":
            return {text}
        return {text, text.strip(), f"https://{text.strip()}"} if kind == "url" else {text, text.strip()}

    def _send(self, values: dict[str, str]) -> HttpResponse:
        self.requests += 1
        # A list that is searched is drawn alone, as for the script that searches while somebody types.
        headers = {"HX-Request": "true"} if self.form.method == "get" else {}
        given = sendable(self.form, values)
        response = send(self.browser, self.form, given, **headers)
        if response.status_code == 200 and (shown := MARK.search(response.content.decode())):
            # What it would do was shown; pressed again, it is done.
            response = send(self.browser, self.form, [*given, ("seen", shown[1])], **headers)
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


@pytest.fixture(scope="module")
def prepared(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Filling]]:
    """Every form, each of which takes what is meant for it.

    Opening every page and sending every form once takes seconds: it is done once for a file, in a transaction that
    lasts as long and is rolled back. What a test sends is undone by itself.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        acme = Firm.objects.get(slug="acme")
        with firm_transaction(acme.pk):
            found, tags = found_forms(staff_actor("alice@acme.example"))
            every = [
                Filling(name, browser, form, tags | {"ul", "li", "a", "p"}) for name, browser, form in found
            ]
            refused = [filling.name for filling in every if not filling.prepare()]
            assert refused == [], refused
            yield every
        transaction.set_rollback(True)


@pytest.fixture
def fillings(prepared: list[Filling]) -> list[Filling]:
    """The forms with nothing counted yet."""
    return [filling.anew() for filling in prepared]


def fitting(strings: list[str], one: Field) -> list[str]:
    """Those that the field has room for, and a dozen of the others."""
    limit = one.limit or len(LONG)
    fit = [text for text in strings if len(text) <= limit]
    return fit + [text for text in strings if len(text) > limit][:12]


# What is no longer than the first is sent alone, for somebody may take it for something else (null, 0, true); packs are no
# longer than the second. What begins or ends with a blank is sent alone too: within a pack it would have none at its end.
ALONE, TOGETHER = 14, 1900


def packed(texts: list[str], one: Field) -> tuple[list[str], dict[str, list[str]]]:
    """The longer ones one behind the other, as many as the field has room for; and of which ones each pack is made.

    What stores a pack as it was sent stores each of them. Not for fields that take one kind of text alone.
    """
    if one.kind not in ("text", "textarea", "search") or one.name in SLUGS or SLUG_ROWS.match(one.name):
        return texts, {}
    room = min(one.limit or TOGETHER, TOGETHER)
    left, found = [], [list[str]()]
    for text in texts:
        plain = is_storable(text) and text.isprintable() and text == text.strip()
        if not plain or not ALONE < len(text) < room // 2:
            left.append(text)
        elif len(" ".join([*found[-1], text])) > room:
            found.append([text])
        else:
            found[-1].append(text)
    # One by itself is no pack: refused, it would be asked about again for ever.
    packs = {" ".join(pack): pack for pack in found if len(pack) > 1}
    return [*left, *packs, *(pack[0] for pack in found if len(pack) == 1)], packs


def report(every: list[Filling]) -> None:
    faults = [fault for filling in every for fault in filling.faults]
    taken, refused = sum(f.accepted for f in every), sum(f.refused for f in every)
    print(f"{sum(f.requests for f in every)} requests: {taken} values stored, {refused} refused")
    assert not faults, "\n".join(faults[:40])


def deal(fillings: list[Filling], strings: list[str]) -> int:
    """Let every question take every string; how many questions there are.

    The same is asked at many addresses (a name, a reason): the strings are dealt out among them, the longer ones several
    at a time; where several are refused, each is asked about alone. Of those that are too long for a field a dozen is
    sent. With FIRMAMENT_STRINGS=all every field of every form takes every string by itself, which takes minutes.
    """
    whole = os.environ.get("FIRMAMENT_STRINGS") == "all"
    queues: dict[object, list[str]] = {}
    packs: dict[str, list[str]] = {}
    for n, filling in enumerate(fillings):
        for i, one in enumerate(filling.form.texts):
            key = (n, one.name) if whole else question(one)
            if key in queues:
                continue
            turned = strings[37 * i % len(strings) :] + strings[: 37 * i % len(strings)]
            queues[key], found = (turned, {}) if whole else packed(fitting(turned, one), one)
            packs |= found

    def hungry(n: int) -> list[tuple[object, Field]]:
        keys = [((n, one.name) if whole else question(one), one) for one in fillings[n].form.texts]
        return [(key, one) for key, one in keys if queues[key]]

    asked = len(queues)
    while any(queues.values()):
        # Whoever has most to ask, and of those who has asked least.
        n = max(range(len(fillings)), key=lambda n: (len(hungry(n)), -fillings[n].requests))
        keys = {one.name: key for key, one in hungry(n)}
        given = {name: queues[key].pop() for name, key in keys.items() if queues[key]}
        for name in fillings[n].take(given):
            queues[keys[name]] += packs.get(given[name], [])

    return asked
