"""The gallery in Chromium: accessible in both themes, never sideways, silent under the CSP, whole by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from firmament.ui.tests import browser, gallery
from firmament.ui.tests.axe import violations
from firmament.ui.tests.chromium import chromium as started_chromium

DESK, PHONE = (1440, 900), (390, 844)

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started_chromium() as started:
        yield started


@pytest.mark.parametrize("name", [*gallery.SHELLS, "403"])
def test_a_page_is_accessible_in_both_themes_and_never_scrolls_sideways(chromium, name):
    for theme, size in (("light", DESK), ("dark", PHONE)):
        with browser.open_page(chromium, name, theme=theme, size=size) as opened:
            assert violations(opened.page) == [], (theme, size)
            assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (
                theme,
                size,
            )
            assert opened.troubles == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_is_accessible_too(chromium, theme):
    with browser.open_page(chromium, "list", theme=theme) as opened:
        page = opened.page
        page.keyboard.press("Control+k")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.click("[popovertarget=person-menu]")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert violations(page) == []
    with browser.open_page(chromium, "form", theme=theme) as opened:
        opened.page.click("text=Archive this client")
        assert violations(opened.page) == []


def test_the_palette_goes_somewhere_by_the_first_letters(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        page.keyboard.press("Control+k")
        page.keyboard.type("audi")
        page.keyboard.press("Enter")
        page.wait_for_url("**/audit")


def test_two_keys_go_to_a_section_and_are_silent_while_writing(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        page.keyboard.press("/")
        page.keyboard.type("g d")
        assert page.url.endswith("/list")
        assert page.input_value("input[type=search]") == "g d"
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("g")
        page.keyboard.press("d")
        page.wait_for_url("**/documents")


def test_a_list_can_be_worked_by_keyboard(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        assert not page.is_visible(".bulk-bar")
        for key in ("j", "j", "x", "k", "x"):
            page.keyboard.press(key)
        assert page.inner_text("[data-bulk-count]") == "2 selected"
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/clients/2")


def test_a_menu_opens_by_keyboard_and_gives_the_focus_back(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        page.focus("[popovertarget=more-menu]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Export what is shown"
        page.keyboard.press("Escape")
        assert not page.is_visible("#more-menu")
        assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == "more-menu"


def test_what_cannot_be_undone_wants_its_name_typed(chromium):
    with browser.open_page(chromium, "form") as opened:
        page = opened.page
        page.click("text=Archive this client")
        assert page.is_disabled("[data-confirm-yes]")
        page.keyboard.press("Escape")
        assert page.url.endswith("/form")
        page.click("text=Archive this client")
        page.keyboard.type("Marlowe")
        with page.expect_request(lambda request: request.method == "POST"):
            page.keyboard.press("Enter")


def test_errors_take_the_focus_so_that_they_are_read_first(chromium):
    with browser.open_page(chromium, "form") as opened:
        assert opened.page.evaluate("document.activeElement.className") == "error-summary"


def test_a_file_is_refused_in_words_and_the_others_go_on(chromium):
    answers = {
        "bad.pdf": (422, '{"detail": "This is a program, not a PDF."}'),
        "good.pdf": (201, '{"note": "Here."}'),
    }

    def answer(route):
        body = route.request.post_data_buffer or b""
        status, text = next(found for name, found in answers.items() if name.encode() in body)
        assert route.request.headers["accept"] == "application/json"
        assert "x-csrftoken" in route.request.headers
        route.fulfill(status=status, body=text, headers={"content-type": "application/json"})

    with browser.open_page(chromium, "upload", size=PHONE) as opened:
        page = opened.page
        page.route(
            "**/upload", lambda route: answer(route) if route.request.method == "POST" else route.fallback()
        )
        files = [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF"} for name in answers]
        empty = {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""}
        page.set_input_files("input[type=file]", [*files, empty])
        page.wait_for_selector(".file-drop .file-received")
        notes = page.locator(".file-drop .file-item").all_inner_texts()
        assert "This is a program, not a PDF." in notes[0]
        assert "Here." in notes[1]
        assert "This file is empty." in notes[2]
        assert page.locator(".file-drop .file-refused").count() == 2
        assert violations(page) == []


def test_a_page_does_not_move_while_it_loads(chromium):
    for name, size in (("detail", DESK), ("detail", PHONE), ("upload", PHONE)):
        with browser.open_page(chromium, name, size=size) as opened:
            shift = opened.page.evaluate(
                """() => new Promise((done) => {
                    let sum = 0;
                    new PerformanceObserver((list) => {
                        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
                    }).observe({type: "layout-shift", buffered: true});
                    setTimeout(() => done(sum), 300);
                })"""
            )
            assert shift <= 0.02


def test_progress_follows_the_work_keeps_the_focus_and_ends(chromium):
    with browser.open_page(chromium, "form") as opened:
        page = opened.page
        drawn = page.evaluate("document.getElementById('p1').outerHTML")
        answers = [
            drawn.replace("340 / 1,200", "900 / 1,200"),
            drawn.replace("340 / 1,200", "1,000 / 1,200"),
            '<div id="p1" class="progress progress-succeeded" role="status">Finished</div>',
        ]
        asked = []

        def answer(route):
            asked.append(route.request.url)
            route.fulfill(
                status=200, body=answers[min(len(asked), 3) - 1], headers={"content-type": "text/html"}
            )

        page.route("**/progress", answer)
        page.focus("#p1 button")
        page.wait_for_selector("#p1 >> text=900 / 1,200")
        assert page.evaluate("document.activeElement.closest('#p1') !== null")
        page.wait_for_selector("#p1 >> text=Finished")
        page.wait_for_timeout(1300)
        assert len(asked) == 3
        assert opened.troubles == []


def test_a_refused_request_becomes_a_toast_with_its_number_and_changes_nothing(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        page.route(
            "**/*after=abc*",
            lambda route: route.fulfill(status=500, body="<h1>broken</h1>", headers={"x-request-id": "r-42"}),
        )
        before = page.inner_text("#rows")
        page.click("a[rel=next]")
        page.wait_for_selector(".toast-danger")
        assert "r-42" in page.inner_text(".toast-danger")
        assert page.inner_text("#rows") == before


def test_sorting_swaps_the_rows_and_keeps_the_focus_and_the_address(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        drawn = page.evaluate("document.getElementById('rows').innerHTML")
        asked = []

        def answer(route):
            asked.append(route.request.headers)
            body = drawn.replace("Quill &amp; Sons", "Quill and Daughters")
            route.fulfill(status=200, body=body, headers={"content-type": "text/html"})

        page.route("**/*sort=state*", answer)
        page.focus("#sort-2")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Quill and Daughters")
        assert asked[0]["hx-target"] == "div#rows"
        assert page.url.endswith("?sort=state")
        assert page.evaluate("document.activeElement.id") == "sort-2"


def test_a_filter_applies_itself_and_leaves_empty_ones_out_of_the_address(chromium):
    with browser.open_page(chromium, "list") as opened:
        page = opened.page
        with page.expect_request("**/clients?*") as asked:
            page.fill("input[type=search]", "quill")
        assert asked.value.url.endswith("/clients?q=quill&owner=ada")


def _drawn(page: Page) -> None:
    page.locator(".chart-plot svg path").nth(20).wait_for(state="attached")


def test_charts_are_drawn_accessible_and_never_sideways_in_both_themes(chromium):
    for theme, size in (("light", DESK), ("dark", PHONE)):
        with browser.open_page(chromium, "charts", theme=theme, size=size) as opened:
            opened.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            opened.page.locator(".chart-plot svg").nth(4).wait_for(state="attached")
            opened.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            assert violations(opened.page) == [], (theme, size)
            assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert opened.troubles == []


def test_a_chart_takes_its_colours_from_the_theme_at_hand(chromium):
    colour = "document.querySelector('.chart-line svg path[stroke-width=\"2\"]').getAttribute('stroke')"
    with browser.open_page(chromium, "charts", theme="light") as opened:
        _drawn(opened.page)
        light = opened.page.evaluate(colour)
        opened.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        changed = f'.chart-line svg path[stroke-width="2"]:not([stroke="{light}"])'
        opened.page.locator(changed).first.wait_for(state="attached")


def test_a_chart_is_printed_light_and_as_wide_as_the_paper_whatever_the_screen_is(chromium):
    with browser.open_page(chromium, "charts", theme="dark") as opened:
        page = opened.page
        _drawn(page)
        line = '.chart-line svg path[stroke-width="2"]'
        colours = []
        for event in ("beforeprint", "afterprint"):
            page.evaluate(f"dispatchEvent(new Event('{event}'))")
            colours.append(page.locator(line).first.get_attribute("stroke"))
            if event == "beforeprint":
                assert page.locator(".chart-line svg").first.get_attribute("width") == "660"

    assert colours == ["rgb(47, 91, 211)", "rgb(143, 176, 255)"]


def test_a_point_leads_where_its_number_leads(chromium):
    with browser.open_page(chromium, "charts") as opened:
        page = opened.page
        _drawn(page)
        bar = page.locator(".chart-ranked .chart-plot")
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 230, box["y"] + 30)
        page.wait_for_url("**/rows/9")


def test_a_chart_becomes_a_picture(chromium):
    with browser.open_page(chromium, "charts") as opened:
        _drawn(opened.page)
        with opened.page.expect_download() as waiting:
            opened.page.locator(".chart-line [data-chart-png]").click()

        assert waiting.value.suggested_filename == "example-line.png"
        assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
        assert opened.troubles == []


def test_a_page_without_a_chart_fetches_no_engine(chromium):
    with browser.open_page(chromium, "list") as opened:
        names = opened.page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")

    assert [name for name in names if "echarts" in name or "charts.js" in name] == []
