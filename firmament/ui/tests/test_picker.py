"""The text picker in Chromium, against a stand-in for the room that answers: by keyboard, by button, on a telephone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from firmament.ui.tests import browser
from firmament.ui.tests.axe import violations
from firmament.ui.tests.chromium import chromium as started_chromium

DESK, PHONE = (1440, 900), (390, 844)

pytestmark = pytest.mark.journey

TEXTS = {"greet": "Dear Ms Conti,\nthank you.", "papers": "Please send us:\n", "fee": "The fee is 40."}
FORM = (
    '<form class="form" action="/texts/fee" data-preview-url="/texts/fee/preview"><div class="field">'
    '<label class="label" for="v">Fee</label><input class="input" id="v" name="fee" value="{value}"{invalid}></div>'
    '<div class="form-actions"><button class="button button-primary">Insert</button></div></form>'
)


@dataclass
class Room:
    """What a room answers: three texts, of which one asks for a number."""

    asked: list[dict[str, list[str]]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        given, key = (
            parse_qs(parts.query),
            parts.path.removeprefix("/texts").strip("/").removesuffix("/preview"),
        )
        if not key:
            self.asked.append(given)
            rows = "".join(
                f'<li class="picker-option" role="option" id="o-{name}" aria-selected="false" data-url="/texts/{name}">'
                f'<span class="picker-title">{name}</span><span class="picker-about">{text}</span></li>'
                for name, text in TEXTS.items()
                if name.startswith(given.get("q", [""])[0])
            )
            route.fulfill(body=rows, content_type="text/html")
        elif request.method == "GET":
            route.fulfill(body=self.pane(key, ""), content_type="text/html")
        else:
            self.sent.append(f"{parts.path} {request.post_data or ''}")
            if parts.path.endswith("/preview"):
                route.fulfill(body=self.pane(key, "as typed"), content_type="text/html")
            elif key == "fee" and "\r\n\r\n40\r\n" not in (request.post_data or ""):
                route.fulfill(status=422, body=self.pane(key, "", invalid=True), content_type="text/html")
            else:
                route.fulfill(json={"id": f"use-{key}", "text": TEXTS[key]})

    def pane(self, key: str, value: str, *, invalid: bool = False) -> str:
        form = (
            FORM.format(value="", invalid=' aria-invalid="true"' if invalid else "") if key == "fee" else ""
        )
        return f'<div data-picker-preview class="picker-text">{TEXTS[key]} {value}</div>{form}'


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started_chromium() as started:
        yield started


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture(params=[DESK], ids=["desk"])
def page(chromium: Browser, room: Room, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.open_page(chromium, "picker", size=request.param) as opened:
        opened.page.route("**/texts**", room.answer)
        opened.page.route("**/texts/**", room.answer)
        yield opened.page
        # A refused insertion (422) and a broken line are written to the console by Chromium itself.
        assert [line for line in opened.troubles if "Failed to load" not in line] == []


def on_a_phone(test):
    return pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])(test)


def write(page: Page, text: str) -> None:
    page.focus("textarea")
    page.keyboard.type(text)


def value(page: Page) -> str:
    return page.input_value("textarea")


def test_a_shortcut_and_tab_put_the_text_in_and_one_undo_takes_it_out(page, room):
    write(page, "Hello ;gre")
    page.keyboard.press("Tab")
    page.wait_for_selector("input[name=inserted]", state="attached")

    assert value(page) == "Hello Dear Ms Conti,\nthank you."
    assert page.eval_on_selector(
        "input[name=inserted]", "field => [field.value, field.form.action.slice(-8)]"
    ) == [
        "use-greet",
        "/letters",
    ]
    page.keyboard.press("Control+z")
    assert value(page) == "Hello ;gre"


def test_the_list_says_where_it_stands_and_moves_by_keys(page):
    write(page, ";")
    page.wait_for_selector(".picker-option")

    area = page.locator("textarea")
    assert area.get_attribute("aria-controls") == "picker-list"
    assert area.get_attribute("aria-activedescendant") == "o-greet"
    page.keyboard.press("End")
    assert area.get_attribute("aria-activedescendant") == "o-fee"
    page.keyboard.press("ArrowDown")
    assert area.get_attribute("aria-activedescendant") == "o-greet"
    page.wait_for_selector("[data-picker-preview]:has-text('Dear Ms Conti')")
    assert page.inner_text("#picker [role=status]") == "Found: 3"
    assert violations(page) == []


def test_escape_closes_and_the_same_sign_stays_silent(page):
    write(page, ";g")
    page.wait_for_selector(".picker-option")
    page.keyboard.press("Escape")
    page.keyboard.type("r")

    assert not page.is_visible("#picker")
    assert value(page) == ";gr"
    assert page.locator("textarea").get_attribute("aria-controls") is None
    page.keyboard.type(" ;p")
    page.wait_for_selector("#picker .picker-option")


def test_a_sign_within_a_sentence_opens_nothing(page, room):
    write(page, "one; two")

    assert not page.is_visible("#picker")
    assert room.asked == []


def test_what_a_text_needs_is_asked_for_in_place_and_said_when_missing(page, room):
    write(page, ";fee")
    page.keyboard.press("Enter")
    page.wait_for_selector("#picker form")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    page.wait_for_selector("#picker [aria-invalid=true]")
    assert value(page) == ";fee"
    assert violations(page) == []

    page.keyboard.type("40")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("input[name=inserted]", state="attached")

    assert value(page) == "The fee is 40."
    assert not page.is_visible("#picker")


def test_the_preview_follows_what_is_filled_in(page, room):
    write(page, ";fee")
    page.keyboard.press("Tab")
    page.wait_for_selector("#picker form")
    page.keyboard.type("4")

    page.wait_for_selector("[data-picker-preview]:has-text('as typed')")
    assert page.input_value("#picker input[name=fee]") == "4"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert page.is_visible("#picker .picker-option")


def test_the_server_is_told_what_the_page_and_its_form_are_about(page, room):
    write(page, ";")
    page.wait_for_selector(".picker-option")

    assert room.asked[0]["channel"] == ["email"]
    assert room.asked[0]["client"] == ["m"]
    assert room.asked[0]["room"] == ["300"]


@on_a_phone
def test_the_button_opens_a_sheet_with_its_own_search(page, room):
    write(page, "Hi ")
    page.tap("[data-picker-for]")
    page.wait_for_selector(".picker-option")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    box = page.locator("#picker").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    assert violations(page) == []

    page.keyboard.type("pap")
    page.wait_for_selector(".picker-option:only-child")
    page.tap(".picker-option")
    page.wait_for_selector("input[name=inserted]", state="attached")

    assert value(page) == "Hi Please send us:\n"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_nothing_found_says_so_and_keys_are_plain_again(page):
    write(page, ";zzz")
    page.wait_for_selector(".picker-none:visible")
    page.keyboard.press("Enter")

    assert value(page) == ";zzz\n"
    assert not page.is_visible("#picker")


def test_no_answer_says_so_and_keeps_the_words(page):
    page.route("**/texts**", lambda route: route.abort())
    write(page, "Hello ;gre")

    page.wait_for_selector("#picker [role=status]:has-text('nothing was inserted')")
    assert value(page) == "Hello ;gre"
