"""The text picker's side of the server: what is offered, how it would read, what is asked for, what is remembered."""

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from firmament.kernel.search.gateways import embedder, vector_of
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.filling import Place
from firmament.modules.clients.models import Contact
from firmament.modules.clients.tests.factories import carlas_bakery, make_client, make_contact
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.insertions.reports.picking import fitting_snippets
from firmament.modules.snippets.actions.governing import deprecate_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet, thanks

FIRM = Snippet.Reach.FIRM
DUE = {"name": "due", "type": "date", "label": "Due date"}
WHO = {"name": "who", "type": "text", "label": "Who signs"}


def address(snippet: Snippet, *, preview: bool = False, **place: object) -> str:
    query = urlencode({"channel": "email", "place": "test", **place})
    return f"/w/acme/snippets/picker/{snippet.pk}/{'preview/' if preview else ''}?{query}"


def listed(browser: Browser, q: str = "", channel: str = "email") -> list[str]:
    answer = browser.get("/w/acme/snippets/picker/", {"q": q, "channel": channel})
    assert answer.status_code == 200
    rows = answer.content.decode().split('<span class="picker-title">')[1:]
    return [unescape(row.partition("<")[0]) for row in rows]


@pytest.fixture
def minilm(settings: Any) -> Iterator[None]:
    """The model that finds by meaning, loaded: the list does not wait for it."""
    settings.EMBEDDINGS = "minilm"
    embedder()
    yield
    vector_of.cache_clear()


def letter(actor: Any, body: str, **said: Any) -> Snippet:
    return make_snippet(actor, body, **{"contexts": ("email",), **said})


def test_only_what_may_be_used_here_is_offered(alice, bob, bob_browser):
    letter(bob, "x", title="Bob’s own")
    letter(alice, "x", title="Alice’s own")
    letter(bob, "x", title="A draft", used=False)
    make_snippet(bob, "x", title="A note", contexts=("note",))
    old = letter(bob, "x", title="An old one")
    deprecate_snippet(bob, old, replacement=thanks())

    assert listed(bob_browser) == ["Bob’s own", "Thanks"]
    assert listed(bob_browser, channel="note") == ["A note"]


def test_another_firm_reads_nothing_and_fills_in_nobody(
    gina_browser, bob, bob_browser, in_firm, globex, gina
):
    with in_firm(globex):
        stranger = make_client(gina).pk
    place = {"client": stranger}

    assert gina_browser.get(address(thanks())).status_code == 404
    assert gina_browser.post(address(thanks())).status_code == 404
    answer = bob_browser.post(address(thanks(), **place))
    assert answer.status_code == 422
    assert "This client was not found." in answer.content.decode()
    assert not SnippetUse.objects.exists()


def test_the_shortcut_stands_first_then_what_begins_so_then_words(alice, bob):
    for title, shortcut, uses in (
        ("Greeting for a friend", "", 9),
        ("Fee letter", "gre.long", 0),
        ("Green paper", "", 1),
        ("Whole", "gre", 0),
    ):
        made = letter(bob, "x", title=title, shortcut=shortcut)
        Snippet.objects.filter(pk=made.pk).update(use_count=uses)
    letter(alice, "x", title="Of the firm", shortcut="gre", reach=FIRM)

    found = [row.title for row in fitting_snippets(bob, "gre", channel="email")]

    assert found == ["Whole", "Of the firm", "Fee letter", "Greeting for a friend", "Green paper"]
    assert [row.title for row in fitting_snippets(bob, "friend greeting", channel="email")] == [
        "Greeting for a friend"
    ]
    assert [row.title for row in fitting_snippets(bob, "", channel="email")][:2] == [
        "Greeting for a friend",
        "Green paper",
    ]


def test_what_a_text_says_is_found_where_no_title_says_it(alice, bob, run_jobs):
    letter(bob, "Kindly pay the overdue amount, {{ client.name }}", title="Second notice")
    letter(alice, "Alice’s overdue words", title="Alice’s own")
    make_snippet(bob, "An overdue note", title="A note", contexts=("note",))
    run_jobs()

    found = fitting_snippets(bob, "overdue", channel="email")

    assert [card.title for card in found] == ["Second notice"]
    assert fitting_snippets(bob, "client", channel="email") == []


def test_what_a_text_means_is_found_too(bob, run_jobs, minilm):
    letter(bob, "The customer does not pay invoices on time and needs reminders.", title="Second notice")
    letter(bob, "We grow apples and pears.", title="Orchard")
    run_jobs()

    found = fitting_snippets(bob, "overdue debts", channel="email")

    assert [card.title for card in found][:1] == ["Second notice"]


def test_what_was_typed_means_itself(bob, bob_browser):
    letter(bob, "x", title="100% sure")

    assert listed(bob_browser, "100%") == ["100% sure"]
    assert listed(bob_browser, "_") == []


def test_the_list_costs_the_same_for_one_and_for_twenty(bob, bob_browser, queries):
    listed(bob_browser)
    with queries() as one:
        listed(bob_browser, "t")
    for number in range(19):
        letter(bob, "x", title=f"Text {number}")

    with queries() as twenty:
        assert len(listed(bob_browser, "t")) == 20
    assert twenty.count == one.count


def test_the_preview_speaks_of_the_page_and_of_the_person(bob, bob_browser):
    snippet = letter(bob, "{{ client.name }}, yours, {{ me.name }}")

    seen = unescape(bob_browser.get(address(snippet, client=carlas_bakery().pk)).content.decode())

    assert "Carla’s Bakery, yours, Bob" in seen
    assert not SnippetUse.objects.exists()


def test_what_is_missing_blocks_and_is_named(bob, bob_browser):
    snippet = letter(bob, "By {{ due | date: '%d.%m.%Y' }}, {{ who }}", fields=[DUE, WHO])

    shown = bob_browser.get(address(snippet)).content.decode()
    refused = bob_browser.post(address(snippet), {"fill-value_who": "Bob"})

    assert "By ‹Due date›, ‹Who signs›" in shown
    assert "Still needed: Who signs, Due date" in shown
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    assert not SnippetUse.objects.exists()


def test_filled_in_it_goes_into_the_text_and_is_remembered(bob, bob_browser):
    bakery = carlas_bakery()
    snippet = letter(bob, "By {{ due | date: '%d.%m.%Y' }}, {{ who }}", fields=[DUE, WHO])
    values = {"fill-value_due": "2026-03-01", "fill-value_who": "{{ me.email }} <b>"}

    answer = bob_browser.post(address(snippet, client=bakery.pk, place="documents.request"), values)

    assert answer.json()["text"] == "By 01.03.2026, {{ me.email }} <b>"
    use = SnippetUse.objects.get(pk=answer.json()["id"])
    assert (use.snippet_id, use.number, use.member_id) == (snippet.pk, 1, bob.membership_id)
    assert (use.client_id, use.channel, use.place) == (bakery.pk, "email", "documents.request")


def test_the_preview_follows_the_values_and_remembers_nothing(bob, bob_browser):
    snippet = letter(bob, "{{ who }} signs", fields=[WHO])

    before = bob_browser.get(address(snippet)).content.decode()
    after = bob_browser.post(address(snippet, preview=True), {"fill-value_who": "Dora"}).content.decode()

    assert "‹Who signs› signs" in before
    assert "Dora signs" in after
    assert not SnippetUse.objects.exists()


def test_a_contact_is_asked_for_where_the_page_names_none(alice, bob, bob_browser):
    bakery = carlas_bakery()
    carla = Contact.objects.get(client=bakery)
    other = make_contact(alice, make_client(alice))
    snippet = letter(bob, "Dear {{ contact.name }},")

    asked = bob_browser.get(address(snippet, client=bakery.pk)).content.decode()
    stranger = bob_browser.post(address(snippet, client=bakery.pk), {"fill-about_contact": other.pk})
    nobody = bob_browser.post(address(snippet, client=bakery.pk), {"fill-about_contact": ""})
    chosen = bob_browser.post(address(snippet, client=bakery.pk), {"fill-about_contact": carla.pk})

    assert f'value="{carla.pk}" selected' in asked
    assert str(other.pk) not in asked
    assert (stranger.status_code, nobody.status_code) == (422, 422)
    assert "Choose whom or what this is about." in nobody.content.decode()
    assert chosen.json()["text"] == "Dear Carla Client,"


def test_with_many_clients_one_is_found_by_name(alice, bob, bob_browser, monkeypatch):
    monkeypatch.setattr("firmament.modules.insertions.forms.CHOICES", 1)
    make_client(alice, name="Otter Ltd")
    make_client(alice, name="Otter Ltd North")
    snippet = letter(bob, "For {{ client.name }}")

    for typed, expected in (
        ("otter ltd", "For Otter Ltd"),
        ("north", "For Otter Ltd North"),
        ("otter", "Several have that name"),
        ("nobody", "Nothing has that name"),
    ):
        answer = bob_browser.post(address(snippet), {"fill-about_client": typed})
        assert expected in answer.content.decode(), typed


def test_a_language_is_asked_for_where_there_are_several(bob, bob_browser):
    snippet = letter(bob, "", bodies={"en": "Hello", "de": "Guten Tag"})

    shown = bob_browser.get(address(snippet)).content.decode()
    answer = bob_browser.post(address(snippet), {"fill-locale": "de"})

    assert "Hello" in shown
    assert ">German<" in shown
    assert answer.json()["text"] == "Guten Tag"
    assert SnippetUse.objects.get().locale == "de"


@pytest.mark.parametrize(
    "kind", ["number", "choice", "yes_no", "long_text", "client", "contact", "engagement"]
)
def test_every_kind_of_field_can_be_filled_in(bob, bob_browser, kind):
    said = {
        "number": "12.5",
        "choice": "red",
        "yes_no": "yes",
        "long_text": "a\nb",
        "client": carlas_bakery().pk,
    }
    value = said.get(kind, "")
    printed = {"client": "thing.name", "contact": "thing.name", "engagement": "thing.title"}.get(
        kind, "thing"
    )
    field = {"name": "thing", "type": kind, "label": "Thing", "required": bool(value)}
    if kind == "choice":
        field["choices"] = ["red", "green"]
    snippet = letter(bob, f"[{{% if {printed} %}}{{{{ {printed} }}}}{{% endif %}}]", fields=[field])

    page = bob_browser.get(address(snippet))
    answer = bob_browser.post(address(snippet), {"fill-value_thing": str(value)})

    assert page.status_code == 200
    assert answer.status_code == 200, answer.content.decode()
    expected = {"client": "Carla’s Bakery"}.get(kind, str(value))
    assert answer.json()["text"] == f"[{expected}]"


def test_what_does_not_fit_is_refused_and_leaves_no_trace(bob, bob_browser):
    snippet = letter(bob, "twelve signs")

    refused = bob_browser.post(address(snippet, room=11))
    fits = bob_browser.post(address(snippet, room=12))

    assert refused.status_code == 422
    assert "There is room for 11 characters here, and this has 12." in refused.content.decode()
    assert fits.status_code == 200
    assert SnippetUse.objects.count() == 1


def test_markdown_and_pages_get_values_that_mean_nothing_there(bob, bob_browser):
    snippet = letter(bob, "**{{ who }}**", fields=[WHO])
    typed = {"fill-value_who": "<script>*x*"}

    texts = {
        output: bob_browser.post(address(snippet, output=output), typed).json()["text"]
        for output in ("plain", "markdown", "html")
    }

    assert texts["plain"] == "**<script>*x***"
    assert "<script>" not in texts["html"]
    assert "<strong>" in texts["html"]
    assert "<em>" not in texts["html"]
    assert texts["markdown"] != texts["plain"]


def test_a_note_goes_into_no_letter(bob, bob_browser):
    snippet = make_snippet(bob, "Mind the tone here.", contexts=("note",))

    assert bob_browser.post(address(snippet, channel="email")).status_code == 404
    with pytest.raises(WordingError, match="not meant for a text of this kind"):
        insert_snippet(bob, snippet.pk, values={}, place=Place(channel="email"))
    assert not SnippetUse.objects.exists()


@pytest.mark.parametrize("query", ["channel=fax", "client=x", "room=-1", "output=pdf"])
def test_a_place_that_is_none_is_no_address(bob_browser, query):
    assert bob_browser.get(f"/w/acme/snippets/picker/?{query}").status_code == 404


def test_who_inserts_nothing_is_offered_nothing(acme, bob, bob_browser, carla_browser):
    assert carla_browser.get("/w/acme/snippets/picker/").status_code == 404
    place = Place(channel="email", client_id=carlas_bakery().pk)
    assert insert_snippet(bob, thanks().pk, values={}, place=replace(place, name="x")).use_id
