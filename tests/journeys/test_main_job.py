"""The main job, whole: a firm takes on a client, asks for documents, gets them, and can prove every step.

One long journey, because each step stands on the one before: partner, client, staff, a crash in the middle, and
the second firm that must see none of it.
"""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from firmament.kernel.testing.installation import PROJECT, Installation, link_in
from firmament.kernel.testing.world import PASSWORD
from firmament.modules.documents.tests.factories import EICAR, PDF
from tests.journeys.conftest import PHONE, data, sign_in

pytestmark = pytest.mark.journey

CLIENT = "Harbor Light Books"
CONTACT = "eleanor@harborlight.example"
CLIENT_PASSWORD = "lanterns over the quay 1911"
TITLE = "Papers for the yearly accounts"
REASON = "The last page is missing."
ITEMS = ("Bank statements", "Photo of the stock list", "Loan confirmation", "Payroll journal")
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0000003010100c9fe92ef0000000049454e44ae426082"
)


def test_a_firm_takes_on_a_client(installation: Installation, open_page: Callable[..., Page]) -> None:
    partner = open_page()
    sign_in(partner, "alice@acme.example", PASSWORD)
    import_the_messy_list(partner)
    open_the_client(partner)
    make_an_engagement(partner)
    invite_the_contact(partner)
    ask_for_documents(partner)
    request_path = partner.url

    client = open_page(size=PHONE)
    accept_the_invitation(installation, client)
    hand_in(client)

    review_with_a_crash(installation, partner)
    send_a_better_file(installation, client)
    finish(installation, partner)

    client_path = show_the_proof(partner)
    keep_bob_away(partner, open_page(), client_path)
    ask_why(partner)
    read_the_audit_trail(partner)
    the_other_firm_sees_nothing(open_page(), [client_path, request_path])
    programs_see_what_their_firm_sees(installation, client_path)


def import_the_messy_list(page: Page) -> None:
    page.goto("/w/acme/clients/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("Table").set_input_files(data("clients-messy.xlsx"))
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("This is what would happen")).to_be_visible()
    expect(page.get_by_text("have to be mended first")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows to mend").click()
    assert download.value.suggested_filename.endswith(".csv")
    wrong = page.locator("fieldset", has_text="Établissements Dubois")
    wrong.get_by_label("E-mail").fill("f.dubois@dubois.example")
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("fieldset", has_text="Établissements Dubois")).to_have_count(0)

    page.get_by_role("button", name=re.compile(r"^Import \d+")).click()
    expect(page.get_by_role("link", name="See the list")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="See the list").click()
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()


def open_the_client(page: Page) -> None:
    page.get_by_placeholder("Search names, references, addresses").fill(CLIENT)
    page.get_by_role("link", name=CLIENT).click()
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()


def make_an_engagement(page: Page) -> None:
    page.get_by_role("link", name="New engagement").click()
    page.get_by_label("Title").fill("Yearly accounts 2026")
    page.get_by_role("button", name="Save engagement").click()
    expect(page.get_by_role("heading", name="Yearly accounts 2026")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Start")).click()
    expect(page.get_by_text("Active").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=CLIENT).first.click()


def invite_the_contact(page: Page) -> None:
    page.get_by_role("link", name="Portal access").click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Name", exact=True).fill("Eleanor Whitcombe")
    page.get_by_label("E-mail").fill(CONTACT)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text(CONTACT).first).to_be_visible()
    page.get_by_role("link", name="Overview").click()


def ask_for_documents(page: Page) -> None:
    page.get_by_role("link", name="Ask for documents").first.click()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Due on").fill("2031-03-31")
    page.get_by_label("Message to the client").fill("Thank you for your help.")
    for position, title in enumerate(ITEMS):
        page.get_by_label("What is needed").nth(position).fill(title)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Preview and send").click()
    expect(page.get_by_text("31 March 2031")).to_be_visible()
    expect(page.get_by_text(CONTACT)).to_be_visible()
    page.get_by_role("button", name="Send to the client").click()
    expect(page.get_by_text("Waiting on client").first).to_be_visible()


def accept_the_invitation(installation: Installation, page: Page) -> None:
    link = link_in(installation.mailbox.wait_for(CONTACT, TITLE), "/accounts/invitation/")
    # Mail scanners open links before people do; only the POST that sets the password spends it.
    for _ in range(2):
        assert page.request.get(link).ok
    page.goto(link)
    page.get_by_label("Your name").fill("Eleanor Whitcombe")
    page.get_by_label("Choose a password").fill(CLIENT_PASSWORD)
    page.get_by_role("button", name="Set the password and go in").click()
    page.wait_for_url(re.compile("/portal/acme/"))
    expect(page.get_by_role("heading", name="Hello Eleanor")).to_be_visible()

    spent = page.context.browser
    assert spent is not None
    stranger = spent.new_context(base_url=installation.url).new_page()
    answer = stranger.goto(link)
    assert answer is not None and answer.status < 500
    expect(stranger.get_by_label("Choose a password")).to_have_count(0)
    expect(stranger.get_by_role("heading").first).to_be_visible()
    stranger.context.close()


def hand_in(page: Page) -> None:
    expect(page.get_by_text("Your next step")).to_have_count(1)
    page.get_by_role("link", name="Hand in documents").click()
    upload(page, ITEMS[0], "statement.pdf", PDF)
    expect(item(page, ITEMS[0]).get_by_text("Received").first).to_be_visible()
    upload(page, ITEMS[1], "stock.png", PHOTO)
    expect(item(page, ITEMS[1]).get_by_text("Received").first).to_be_visible()

    upload(page, ITEMS[2], "loan.pdf", b"MZ\x90\x00" + bytes(600))
    expect(page.get_by_text(re.compile("program", re.IGNORECASE)).first).to_be_visible()
    page.reload()
    expect(item(page, ITEMS[0]).get_by_text("statement.pdf")).to_be_visible()

    upload(page, ITEMS[2], "loan.txt", EICAR)
    expect(item(page, ITEMS[2]).get_by_text("Stopped by the virus scan")).to_be_visible()
    upload(page, ITEMS[2], "loan-confirmation.pdf", PDF + b"% the real one")
    expect(item(page, ITEMS[2]).get_by_text("loan-confirmation.pdf")).to_be_visible()
    expect(item(page, ITEMS[2]).get_by_text("Being checked").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def item(page: Page, title: str) -> Locator:
    """The panel of one document that is asked for."""
    return page.locator("section.panel").filter(has=page.get_by_role("heading", name=title))


def upload(page: Page, title: str, name: str, content: bytes) -> None:
    kind = "image/png" if name.endswith(".png") else "application/pdf"
    item(page, title).locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


def review_with_a_crash(installation: Installation, page: Page) -> None:
    page.goto("/w/acme/home/")
    page.get_by_role("main").get_by_role("link", name=TITLE).first.click()
    item(page, ITEMS[0]).get_by_role("button", name="Accept").click()
    expect(item(page, ITEMS[0]).get_by_text("Accepted").first).to_be_visible()

    # In the middle of the work everything is killed; what was answered is kept, what was queued is done once.
    installation.kill("worker")
    item(page, ITEMS[2]).get_by_role("link", name="Reject").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Reject and tell the client").click()
    expect(item(page, ITEMS[2]).get_by_text(REASON).first).to_be_visible()
    installation.kill("web")
    installation.start("web", "serve")
    installation.start("worker", "work")
    installation.wait_until_up()

    page.reload()
    expect(item(page, ITEMS[0]).get_by_text("Accepted").first).to_be_visible()
    item(page, ITEMS[1]).get_by_role("button", name="Accept").click()
    expect(item(page, ITEMS[1]).get_by_text("Accepted").first).to_be_visible()


def send_a_better_file(installation: Installation, page: Page) -> None:
    letter = installation.mailbox.wait_for(CONTACT, "another file")
    assert REASON in letter.get_body(("plain",)).get_content()
    page.goto(link_in(letter, "/portal/acme/documents/"))
    expect(page.get_by_text(REASON).first).to_be_visible()
    upload(page, ITEMS[2], "loan-complete.pdf", PDF + b"% with the last page")
    expect(item(page, ITEMS[2]).get_by_text("Being checked").last).to_be_visible()


def finish(installation: Installation, page: Page) -> None:
    page.reload()
    item(page, ITEMS[2]).get_by_role("button", name="Accept").click()
    expect(item(page, ITEMS[2]).get_by_text("Accepted").first).to_be_visible()
    item(page, ITEMS[3]).get_by_role("link", name="Not needed").click()
    page.get_by_label("Reason").fill("No employees this year")
    page.get_by_role("button", name="Mark as not needed").click()
    expect(page.get_by_text("Completed").first).to_be_visible()
    installation.mailbox.wait_for(CONTACT, "Everything is in")

    # However often a hand-over was repeated, each letter exists once: a repeat carries the same Message-ID.
    for subject in ("another file", "Everything is in", f"asks you for: {TITLE}"):
        assert len({letter["Message-ID"] for letter in installation.mailbox.to(CONTACT, subject)}) == 1, (
            subject
        )


def show_the_proof(page: Page) -> str:
    """The client's own timeline tells the whole story; the address of the client's page."""
    page.get_by_role("main").get_by_role("link", name=CLIENT).first.click()
    client_path = page.url
    page.get_by_role("link", name="Activity").click()
    for sentence in ("asked the client for", "handed in", "rejected", "waived", "completed"):
        expect(page.get_by_text(sentence).first).to_be_visible()
    return client_path


def keep_bob_away(partner: Page, bob: Page, client_path: str) -> None:
    sign_in(bob, "bob@acme.example", PASSWORD)
    answer = bob.goto(client_path)
    assert answer is not None and answer.status == 200

    partner.goto(client_path)
    partner.get_by_role("link", name="Raise a wall").click()
    partner.get_by_label("Person").select_option(label="Bob Staff")
    partner.get_by_label("Reason").fill("His sister owns it")
    partner.get_by_role("button", name="See what this does").click()
    expect(partner.get_by_text("Bob Staff loses access to 1 client")).to_be_visible()
    partner.get_by_role("button", name="Raise the wall").click()
    expect(partner.get_by_text("Bob Staff").first).to_be_visible()

    answer = bob.goto(client_path)
    assert answer is not None and answer.status == 404
    bob.goto(f"/w/acme/clients/?q={CLIENT}")
    expect(bob.locator("tbody").get_by_text(CLIENT)).to_have_count(0)


def ask_why(page: Page) -> None:
    """Why could Bob not see this client? The answer names the wall."""
    page.goto("/w/acme/access/why/")
    page.get_by_label("Who").select_option(label="Bob Staff")
    page.get_by_label("May they").select_option(label="See clients")
    page.get_by_role("button", name="Ask").click()
    page.get_by_label("Client", exact=True).fill(CLIENT)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Refused").first).to_be_visible()
    expect(page.get_by_text(re.compile("ethical wall", re.IGNORECASE)).first).to_be_visible()


def read_the_audit_trail(page: Page) -> None:
    page.goto("/w/acme/audit/")
    for code in ("policies.wall_raised", "documents.request_completed", "policies.explanation_asked"):
        page.goto(f"/w/acme/audit/?q={code}")
        expect(page.locator("tbody").get_by_text(code).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.goto("/w/acme/audit/?q=exported")
    expect(page.locator("tbody tr").first).to_be_visible()


def programs_see_what_their_firm_sees(installation: Installation, client_path: str) -> None:
    """A token of Acme finds the client by its id; one of Globex gets what an unknown id gets."""
    pk = client_path.rstrip("/").rsplit("/", 1)[-1]
    answers = {
        slug: ask_api(installation, slug, email, f"/api/v1/clients/{pk}")
        for slug, email in (("acme", "alice@acme.example"), ("globex", "gina@globex.example"))
    }
    assert answers == {"acme": 200, "globex": 404}


def ask_api(installation: Installation, slug: str, email: str, path: str) -> int:
    made = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "create_token",
            slug,
            email,
            "--scope",
            "clients.*",
        ],
        cwd=PROJECT,
        env={**installation.environment(), "FIRMAMENT_PRIVILEGED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    secret = re.search(r"fmt_[\w-]+", made.stdout)
    assert secret is not None, made.stdout
    request = urllib.request.Request(
        installation.url + path, headers={"Authorization": f"Bearer {secret[0]}"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def the_other_firm_sees_nothing(gina: Page, paths: list[str]) -> None:
    sign_in(gina, "gina@globex.example", PASSWORD)
    gina.goto(f"/w/globex/clients/?q={CLIENT}")
    expect(gina.locator("tbody").get_by_text(CLIENT)).to_have_count(0)
    for path in paths:
        for guess in (path, path.replace("/w/acme/", "/w/globex/")):
            answer = gina.goto(guess)
            assert answer is not None and answer.status == 404, guess
