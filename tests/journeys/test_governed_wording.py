"""Wording from the first draft to another firm: written, approved by somebody else, inserted, sent, measured, replaced,
taken away as a file and brought to the second firm. One journey, because each part stands on the one before."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from firmament.kernel.testing.world import PASSWORD
from tests.journeys.conftest import DESK, PHONE, faults, sign_in

pytestmark = pytest.mark.journey

TITLE, OTHER = "Papers for the tax return", "Papers for the tax return, with a call"
TEXT = (
    "Dear {{ contact.name }},\n\nplease send us what is listed below for {{ client.name }} by"
    " {{ deadline | date: '%d.%m.%Y' }}. It helps us to finish your return in time.\n\nKind regards,\n{{ me.name }}"
)
LETTER = (
    "Dear Carla Client,\n\nplease send us what is listed below for Carla’s Bakery by 01.03.2031."
    " It helps us to finish your return in time.\n\nKind regards,\nBob Staff"
)
# The page has been laid out for the new size and theme, and nothing on it moves any more.
DRAWN = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))))"""


def test_wording_is_governed_from_the_first_draft_to_another_firm(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    bob, alice = open_page(), open_page()
    sign_in(bob, "bob@acme.example", PASSWORD)
    sign_in(alice, "alice@acme.example", PASSWORD)

    path = write(bob, TITLE, "tax")
    ask_for_approval(bob, path)
    approve(alice, TITLE)
    insert_and_send(bob)
    see_what_became_of_it(alice, path)
    replacement = write(bob, OTHER, "call")
    ask_for_approval(bob, replacement)
    approve(alice, OTHER)
    deprecate(alice, path)
    the_picker_offers_the_other(bob)
    file = export_the_library(alice, tmp_path)

    gina = open_page()
    sign_in(gina, "gina@globex.example", PASSWORD)
    import_there(gina, file)
    undo(gina)


def looked_at(page: Page) -> None:
    """The page as it stands has nothing wrong with it, by day and by night, at a desk and on a telephone."""
    for theme in ("light", "dark"):
        for size in (PHONE, DESK):
            # Without motion: a colour half-way between two themes is nobody's.
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.evaluate(DRAWN)
            assert faults(page) == [], (page.url, theme, size)


def write(page: Page, title: str, shortcut: str) -> str:
    """A text for clients that asks for one thing; the address of its page."""
    page.goto("/w/acme/snippets/")
    page.get_by_role("link", name="New snippet").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("English", exact=True).fill(TEXT)
    page.get_by_role("button", name="Ask for something").click()
    expect(page.get_by_label("English", exact=True)).to_have_value(TEXT)
    page.get_by_label("What people are asked").fill("Deadline")
    page.get_by_label("Kind").select_option(label="Date")
    page.get_by_role("textbox", name="Shortcut").fill(shortcut)
    page.get_by_label("Who has it").select_option(label="The whole firm")
    expect(page.get_by_text("Everything in this text is known.")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Save snippet").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("heading", name="Acme")).to_have_count(0)
    looked_at(page)
    return page.url


def ask_for_approval(page: Page, path: str) -> None:
    """Whoever wrote it asks, and cannot answer."""
    page.get_by_role("button", name="Ask for approval").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("What they should know").fill("For the letters of spring.")
    dialog.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Those who may approve see it now.")).to_be_visible()
    expect(page.get_by_text(re.compile("asks for approval of version 1"))).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    looked_at(page)


def approve(page: Page, title: str) -> None:
    """Somebody else finds the question, reads what was written, and answers."""
    page.goto("/w/acme/governance/approvals/")
    looked_at(page)
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_text("For the letters of spring.").first).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text(f"“{title}”: Active.")).to_be_visible()
    looked_at(page)


def insert_and_send(page: Page) -> None:
    """By keyboard: the shortcut, the one thing that is asked for, Enter; the letter is changed by hand and sent."""
    begin_a_request(page, "Papers for 2030")
    letter = page.get_by_label("Message to the client")
    letter.focus()
    page.keyboard.type(";tax")
    expect(page.locator("#picker-option-1")).to_contain_text(TITLE)
    looked_at(page)
    letter.focus()
    page.keyboard.press("Tab")
    contact, deadline = page.get_by_label("Contact"), page.get_by_label("Deadline")
    expect(contact).to_be_focused()
    page.keyboard.press("Tab")
    expect(deadline).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#picker .field-error")).to_have_count(1)
    expect(page.get_by_label("Deadline")).to_be_focused()
    looked_at(page)
    deadline.fill("2031-03-01")
    expect(page.locator("[data-picker-preview]")).to_contain_text("Dear Carla Client,")
    looked_at(page)
    deadline.press("Enter")

    expect(letter).to_have_value(LETTER)
    expect(letter).to_be_focused()
    letter.fill(LETTER.replace("It helps us to finish your return in time.", "Thank you!"))
    page.get_by_label("What is needed").first.fill("Bank statements")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Preview and send").first.click()
    expect(page.get_by_text("Thank you!").first).to_be_visible()
    page.get_by_role("button", name="Send to the client").click()
    expect(page.get_by_text("Sent to the client.").first).to_be_visible()


def begin_a_request(page: Page, title: str) -> None:
    page.goto("/w/acme/clients/")
    page.get_by_role("main").get_by_role("link", name="Carla’s Bakery").first.click()
    page.get_by_role("link", name="Ask for documents").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Due on").fill("2031-03-01")


def see_what_became_of_it(page: Page, path: str) -> None:
    """Its own page says who used it for whom; the list of uses and the board of the library say how much was kept."""
    page.goto(path)
    use = page.get_by_role("main").get_by_role("listitem").filter(has_text="Carla’s Bakery").first
    expect(use).to_contain_text("Bob Staff")
    expect(use).to_contain_text(re.compile(r"[6-9]\d % kept"))
    page.get_by_role("main").get_by_role("link", name="All uses").click()
    row = page.locator("tbody tr").filter(has_text=TITLE)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Carla’s Bakery")
    expect(row).to_contain_text(re.compile(r"[6-9]\d %"))
    looked_at(page)
    page.goto("/w/acme/snippets/usage/")
    expect(page.get_by_role("heading", name=f"“{TITLE}” is used most")).to_be_visible()
    looked_at(page)


def deprecate(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Replace by another").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Use instead").select_option(label=OTHER)
    looked_at(page)
    dialog.get_by_role("button", name="Replace by another").click()
    expect(page.get_by_text(f"People are offered “{OTHER}” instead.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=OTHER)).to_be_visible()
    looked_at(page)


def the_picker_offers_the_other(page: Page) -> None:
    """Whoever still types the old shortcut gets what took its place."""
    begin_a_request(page, "Papers for 2031")
    page.get_by_label("Message to the client").focus()
    page.keyboard.type(";tax")
    first = page.locator("#picker-option-1")
    expect(first).to_contain_text(OTHER)
    expect(first).to_contain_text(f"Instead of “{TITLE}”")


def export_the_library(page: Page, folder: Path) -> Path:
    page.goto("/w/acme/snippets/")
    looked_at(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Library as a file").click()
    looked_at(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download: Everything (JSON)").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "snippets.json"
    return file


def import_there(page: Page, file: Path) -> None:
    """The second firm sees nothing of it beforehand, then what would come, then what came."""
    page.goto("/w/globex/snippets/")
    expect(page.get_by_text(TITLE)).to_have_count(0)
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Import").click()
    looked_at(page)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("This is what would happen")).to_be_visible()
    expect(page.get_by_text("3 snippets would be made.")).to_be_visible()
    expect(page.get_by_text("Waits for approval here").first).to_be_visible()
    looked_at(page)
    dry = page.url
    page.goto("/w/globex/snippets/")
    expect(page.get_by_text(TITLE)).to_have_count(0)

    page.goto(dry)
    page.get_by_role("button", name="Import 3 snippets").click()
    expect(page.get_by_text("3 snippets made.")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="See the list").click()
    page.get_by_role("main").get_by_role("link", name=OTHER, exact=True).click()
    expect(page.get_by_text(re.compile("asks for approval of version 1"))).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    looked_at(page)
    page.goto(dry)


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo this import").click()
    page.locator("dialog[open]").get_by_role("button").last.click()
    expect(page.get_by_text("3 rows were taken out again.")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="See the list").click()
    expect(page.get_by_text(TITLE)).to_have_count(0)
