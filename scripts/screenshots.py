"""Walk through docs/tutorial/take-on-a-client.md on a running demo and take the pictures of the documentation.

    FIRMAMENT_HOME=var/pictures FIRMAMENT_PORT=8100 make run       # in one terminal, with a home that is new
    .venv/bin/python scripts/screenshots.py var/pictures               # in another

The walk changes the demo firm, so it wants a fresh one. Pictures go to docs/images, or where --images says.
"""

import argparse
import base64
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eicar import EICAR
from playwright.sync_api import Browser, Locator, Page

from firmament.ui.tests.chromium import chromium

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "data" / "clients-messy.xlsx"
CLIENT = "Whitfield Dental Practice"
CONTACT = "Dr. Anita Whitfield"
ADDRESS = "anita@whitfielddental.example"
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - of a person who exists only in a demo
PAPERS = (
    ("Bank statements", "PDF"),
    ("Photo of the till receipt", "Photo or scan"),
    ("Insurance policy", "Any document"),
    ("Lease of the practice", "Any document"),
)
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
PROGRAM = b"MZ\x90\x00" + bytes(124) + b"PE\x00\x00" + bytes(512)


class Tour:
    """One walk: a partner at a desk, a client with a phone."""

    def __init__(self, browser: Browser, run: dict[str, Any], images: Path) -> None:
        self.browser = browser
        self.url = run["url"]
        self.people = {person["role"]: person for person in run["sign_ins"]}
        self.images = images

    def page(self, size: dict[str, int]) -> Page:
        # Twice the points on a phone, as real ones have; a desk's picture would only be heavier for it.
        scale = 2 if size is PHONE else 1
        context = self.browser.new_context(
            viewport=size, device_scale_factor=scale, locale="en-GB", color_scheme="light"
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    def picture(self, page: Page, name: str, **options: Any) -> None:
        page.evaluate("document.getElementById('toasts')?.replaceChildren()")
        page.screenshot(path=str(self.images / f"{name}.png"), animations="disabled", **options)

    def sign_in(self, role: str) -> Page:
        page = self.page(DESK)
        page.goto(f"{self.url}/accounts/login/")
        page.get_by_label("E-mail address").fill(self.people[role]["email"])
        page.get_by_label("Password").fill(self.people[role]["password"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/home/")
        return page

    def import_the_list(self, page: Page) -> None:
        page.goto(f"{self.url}/w/harbor/clients/")
        page.get_by_role("link", name="Import").click()
        page.get_by_label("Table").set_input_files(str(LIST))
        page.get_by_role("button", name="Read it").click()
        page.get_by_role("button", name="Check the rows").click()
        page.get_by_text("This is what would happen").wait_for()
        self.picture(page, "import")
        row = page.locator("fieldset", has_text=CLIENT)
        row.get_by_label("E-mail").fill(ADDRESS)
        page.get_by_role("button", name="Check again").click()
        page.get_by_role("button", name=re.compile("^Import ")).click()
        page.get_by_role("link", name="See the list").click()

    def open_the_client(self, page: Page) -> None:
        page.get_by_role("searchbox").first.fill("Whitfield")
        page.get_by_role("link", name=CLIENT).click()
        page.get_by_role("link", name="New engagement").click()
        page.get_by_label("Title").fill("Yearly accounts 2026")
        page.get_by_label(re.compile("^Service")).fill("Accounting")
        page.get_by_role("button", name="Save engagement").click()
        page.get_by_role("button", name="Start").click()
        page.get_by_role("link", name=CLIENT).first.click()

    def invite_the_contact(self, page: Page) -> None:
        page.get_by_role("button", name=f"More about {CONTACT}").click()
        page.get_by_role("link", name="Invite into the portal").click()
        for what in ("See document requests and documents", "Download documents", "Hand in documents"):
            page.get_by_label(what).check()
        page.get_by_role("button", name="Send invitation").click()
        page.get_by_role("link", name="Overview").click()

    def ask_for_documents(self, page: Page) -> str:
        page.get_by_role("link", name="Ask for documents").click()
        page.get_by_label("Title").fill("Papers for the yearly accounts")
        page.get_by_label("Due on").fill((date.today() + timedelta(days=14)).isoformat())
        page.get_by_label("Engagement").select_option(label="Yearly accounts 2026")
        for number, (what, kind) in enumerate(PAPERS):
            page.get_by_label("What is needed").nth(number).fill(what)
            page.get_by_label("Kind of file").nth(number).select_option(label=kind)
        page.get_by_role("button", name="Save draft").click()
        address = page.url
        page.get_by_role("link", name="Preview and send").click()
        page.get_by_role("button", name="Send to the client").click()
        page.wait_for_url(address)
        return address

    def accept_the_invitation(self, phone: Page) -> None:
        page = self.page(DESK)
        subject = page.get_by_role(
            "link", name=re.compile("asks you for: Papers for the yearly accounts")
        ).first
        for _ in range(20):
            page.goto(f"{self.url}/dev/mail/")
            if subject.count():
                break
            page.wait_for_timeout(500)
        subject.click()
        link = page.get_by_role("link", name="Hand in your documents").get_attribute("href")
        assert link
        phone.goto(link)
        phone.get_by_label("Your name").fill("Anita Whitfield")
        phone.get_by_label("Choose a password").fill(PASSWORD)
        phone.get_by_role("button", name="Set the password and go in").click()
        phone.wait_for_url("**/portal/harbor/home/")

    def hand_in(self, phone: Page) -> None:
        phone.get_by_text("Your next step").wait_for()
        self.picture(phone, "portal-home", clip={"x": 0, "y": 0, "width": 390, "height": 340})
        phone.get_by_role("link", name="Hand in documents").click()
        self.upload(phone, "Bank statements", "statements-2026.pdf", PDF)
        self.upload(phone, "Photo of the till receipt", "receipt.png", PHOTO)
        self.upload(phone, "Lease of the practice", "lease.txt", EICAR)
        phone.get_by_text("Stopped by the virus scan").wait_for()
        # Last, so that its refusal is still on the page when the picture is taken.
        self.upload(phone, "Insurance policy", "policy.pdf", PROGRAM)
        phone.get_by_role("heading", name="Insurance policy").evaluate("it => it.scrollIntoView()")
        phone.mouse.wheel(0, -90)
        phone.wait_for_timeout(800)
        self.picture(phone, "portal-request")

    def upload(self, phone: Page, what: str, name: str, content: bytes) -> None:
        kind = {"pdf": "application/pdf", "png": "image/png", "txt": "text/plain"}[name[-3:]]
        self.panel(phone, what).locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": kind, "buffer": content}
        )
        phone.wait_for_timeout(3000)

    def decide(self, page: Page, phone: Page, address: str) -> None:
        page.goto(address)
        page.get_by_role("button", name="Accept").nth(1).wait_for()
        self.picture(page, "review")
        page.get_by_role("button", name="Accept").first.click()
        page.get_by_role("link", name="Reject").first.click()
        page.get_by_label("Reason").fill("The photo is too blurred to read.")
        page.get_by_role("button", name="Reject and tell the client").click()
        phone.reload()
        self.upload(phone, "Photo of the till receipt", "receipt-again.png", PHOTO + b"again")
        self.upload(phone, "Insurance policy", "insurance.pdf", PDF + b"%insurance\n")
        page.goto(address)
        for _ in range(2):
            page.get_by_role("button", name="Accept").first.click()
            page.wait_for_load_state()
        self.panel(page, "Lease of the practice").get_by_role("link", name="Not needed").click()
        page.get_by_label("Reason").fill("We have it from last year.")
        page.get_by_role("button", name="Mark as not needed").click()
        page.get_by_text("Completed").first.wait_for()

    def panel(self, page: Page, title: str) -> Locator:
        return page.locator(".panel").filter(has=page.get_by_role("heading", name=title))

    def look_back(self, page: Page) -> None:
        page.get_by_role("link", name=CLIENT).first.click()
        self.picture(page, "client")
        client = page.url
        page.get_by_role("link", name="Activity").click()
        page.goto(client)
        page.get_by_role("link", name="Raise a wall").click()
        page.get_by_label("Person").select_option(label="Sam Pier")
        page.get_by_label("Reason").fill("Married to the landlord of the practice.")
        page.get_by_role("button", name="See what this does").click()
        page.get_by_role("button", name="Raise the wall").click()
        sam = self.sign_in("staff")
        assert sam.goto(client).status == 404  # type: ignore[union-attr]  # a page always answers
        page.get_by_role("link", name="Access", exact=True).first.click()
        page.get_by_role("link", name="Why can, or cannot…?").click()
        page.get_by_label("Who").select_option(label="Sam Pier")
        page.get_by_label("May they").select_option(label="See clients")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_placeholder("A part of the name").fill("Whitfield")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("What it depends on").wait_for()
        self.picture(page, "why")
        page.get_by_role("link", name="Audit trail").click()
        self.picture(page, "audit")
        elena = self.sign_in("partner of the other firm")
        assert elena.goto(client).status == 404  # type: ignore[union-attr]  # as above


def main() -> None:
    arguments = argparse.ArgumentParser(description="Walk through the tutorial and take its pictures.")
    arguments.add_argument(
        "home", type=Path, nargs="?", default=Path("var"), help="FIRMAMENT_HOME of the demo"
    )
    arguments.add_argument("--images", type=Path, default=ROOT / "docs" / "images", help="where pictures go")
    arguments.add_argument(
        "--write-test-file", type=Path, metavar="FILE", help="only write EICAR's test file"
    )
    options = arguments.parse_args()
    options.images.mkdir(parents=True, exist_ok=True)
    run = json.loads((options.home / "run.json").read_text())
    with chromium() as browser:
        walk(Tour(browser, run, options.images))


def walk(tour: Tour) -> None:
    """The whole journey, in the order of the tutorial."""
    desk, phone = tour.sign_in("partner"), tour.page(PHONE)
    tour.import_the_list(desk)
    tour.open_the_client(desk)
    tour.invite_the_contact(desk)
    address = tour.ask_for_documents(desk)
    tour.accept_the_invitation(phone)
    tour.hand_in(phone)
    tour.decide(desk, phone, address)
    tour.look_back(desk)


if __name__ == "__main__":
    main()
