"""The two questions of a client: who can see my file, and can you prove what happened to it.

Ada builds a role and a wall, and asks why; Bob finds himself behind it. An outsider is given an export and checks it with the
one file, and again after somebody with the database in their hands has changed the past.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from firmament.kernel.testing import cluster
from firmament.kernel.testing.installation import PROJECT, Installation, until
from firmament.kernel.testing.world import PASSWORD
from tests.journeys.conftest import faults, sign_in

pytestmark = pytest.mark.journey

CLIENT = "Carla’s Bakery"
REASON = "Bob’s brother runs the competitor across the street."
NUMBERED = """
SELECT bool_and(EXISTS (SELECT FROM proof_logentry l WHERE l.id = e.id)) FROM ledger_entry e WHERE e.code = 'policies.wall_raised'
"""
# Whoever owns the database gets past every grant and trigger. An update gives its rows back in no order: the log has one.
ALTERED = """
WITH altered AS (
    UPDATE ledger_entry SET payload = payload || '{"reason": "There never was one."}'
     WHERE code = 'policies.wall_raised' AND firm_id = (SELECT id FROM tenancy_firm WHERE slug = 'acme')
    RETURNING firm_id, id
)
SELECT a.id FROM altered a JOIN proof_logentry l ON l.firm_id = a.firm_id AND l.id = a.id ORDER BY l.seq
"""


def test_a_role_and_a_wall_are_built_and_the_answer_to_why_is_true(open_page: Callable[..., Page]) -> None:
    ada, bob = open_page(), open_page()
    sign_in(ada, "ada@acme.example", PASSWORD)
    sign_in(bob, "bob@acme.example", PASSWORD)
    bob.goto("/w/acme/clients/")
    bob.get_by_role("main").get_by_role("link", name=CLIENT).first.click()
    expect(bob.get_by_role("heading", name=CLIENT, level=1)).to_be_visible()

    build_a_role(ada)
    give_it_to_bob(ada)
    bob.goto("/w/acme/audit/")
    expect(bob.get_by_role("heading", name="Audit trail")).to_be_visible()
    raise_the_wall(ada)
    ask_why(ada)
    ask_who(ada)

    bob.goto("/w/acme/clients/")
    expect(bob.get_by_role("main").get_by_role("link", name=CLIENT)).to_have_count(0)
    bob.goto("/w/acme/audit/")
    expect(bob.get_by_role("heading", name="Audit trail")).to_be_visible()
    expect(bob.get_by_role("main")).not_to_contain_text(CLIENT)


def build_a_role(page: Page) -> None:
    """A copy of a built-in role, with one thing more; what nobody holds yet changes nothing for anybody."""
    page.goto("/w/acme/access/roles/")
    page.get_by_role("main").get_by_role("link", name="Staff", exact=True).first.click()
    page.get_by_role("link", name="Copy").click()
    page.get_by_label("Name of the new role").fill("Senior staff")
    page.get_by_role("button", name="Make the copy").click()
    page.get_by_label("Read the audit trail").check()
    page.get_by_role("button", name="See what this does").click()
    expect(page.get_by_role("heading", name="This changes nothing for anybody")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Different from Staff")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Read the audit trail").first).to_be_visible()


def give_it_to_bob(page: Page) -> None:
    """The page says what he gains before he gains it."""
    page.goto("/w/acme/firms/people/")
    page.get_by_role("main").get_by_role("link", name="Bob Staff").first.click()
    page.get_by_role("main").get_by_role("link", name="Change").first.click()
    page.get_by_label("Senior staff").check()
    page.get_by_role("button", name="See what this does").click()
    expect(page.get_by_text("Bob Staff can do this from then on").first).to_be_visible()
    assert faults(page) == []
    page.locator("button[form=weighed]").click()
    expect(page.get_by_role("main").get_by_text("Senior staff").first).to_be_visible()


def raise_the_wall(page: Page) -> None:
    """It names who loses what before it stands."""
    page.goto("/w/acme/access/walls/")
    page.get_by_role("link", name="Raise").first.click()
    page.get_by_role("main").get_by_role("link", name=CLIENT).click()
    page.get_by_role("combobox", name="Person").select_option(label="Bob Staff")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="See what this does").click()
    expect(page.get_by_text(re.compile(r"loses? access to")).first).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Raise the wall").click()
    expect(page.get_by_text("The wall stands from this moment on.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Bob Staff")


def ask_why(page: Page) -> None:
    """No, and why, and what would change it."""
    page.goto("/w/acme/access/why/")
    page.get_by_role("combobox", name="Who").select_option(label="Bob Staff")
    page.get_by_label("May they").select_option("clients.view")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("main").get_by_role("link", name=CLIENT).first.click()
    expect(page.get_by_text("Refused")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(
        "An ethical wall keeps Bob Staff from this client. A wall beats every role."
    )
    assert faults(page) == []


def ask_who(page: Page) -> None:
    """Bob stands among those whom a wall keeps away."""
    page.goto("/w/acme/clients/")
    page.get_by_role("main").get_by_role("link", name=CLIENT).first.click()
    page.get_by_role("main").get_by_role("link", name="Who can see this").first.click()
    expect(page.get_by_role("heading", name="Kept away by an ethical wall")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Alice Partner")
    assert faults(page) == []


def test_an_outsider_proves_the_export_and_finds_what_was_altered(
    open_page: Callable[..., Page], installation: Installation, tmp_path: Path
) -> None:
    page = open_page()
    sign_in(page, "ada@acme.example", PASSWORD)
    raise_the_wall_before_another(page)

    key, kept = what_the_outsider_was_given(page, tmp_path)
    with cluster.superuser(installation.name) as database:
        until(lambda: database.execute(NUMBERED).fetchone() == (True,), "a number for each entry")
    honest = export_all(page, tmp_path, "honest.zip")
    proven = verify(honest, key, kept)
    with cluster.superuser(installation.name) as database:
        database.execute("SET session_replication_role = replica")
        altered = [str(row[0]) for row in database.execute(ALTERED)]
    changed = export_all(page, tmp_path, "changed.zip")
    found = verify(changed, key, kept)

    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert "WRONG" not in proven.stdout
    assert found.returncode == 1, found.stdout + found.stderr
    wrong = [line for line in found.stdout.splitlines() if "WRONG" in line]
    assert altered[0] in wrong[0]
    assert all(any(one in line for line in wrong) for one in altered)
    page.goto("/w/acme/audit/proof/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("The audit trail was changed")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(altered[0])
    assert faults(page) == []


def raise_the_wall_before_another(page: Page) -> None:
    """There is something to be altered, whichever test comes first."""
    page.goto("/w/acme/access/walls/new/")
    page.get_by_role("main").get_by_role("list").get_by_role("link").last.click()
    page.get_by_role("combobox", name="Person").select_option(label="Alice Partner")
    page.get_by_label("Reason").fill("They are married.")
    page.get_by_role("button", name="See what this does").click()
    page.get_by_role("button", name="Raise the wall").click()
    expect(page.get_by_text("The wall stands from this moment on.")).to_be_visible()


def what_the_outsider_was_given(page: Page, folder: Path) -> tuple[str, Path]:
    """The firm's public key, and a checkpoint of that day; signed by the worker within a minute."""
    page.goto("/w/acme/audit/proof/")
    download = page.get_by_role("link", name="Download")
    until(lambda: page.reload() and download.count(), "the first checkpoint")
    assert faults(page) == []
    key = page.locator("aside li.mono").first.inner_text().strip()
    with page.expect_download() as saved:
        download.click()
    kept = folder / "checkpoint.txt"
    saved.value.save_as(kept)
    return key, kept


def export_all(page: Page, folder: Path, name: str) -> Path:
    """The whole log with its values, saved through the page."""
    page.goto("/w/acme/audit/proof/")
    page.get_by_role("link", name="Export with proof").click()
    page.get_by_label("With names and other personal values that have not been erased").check()
    page.get_by_role("button", name="Write the file").click()
    save = page.get_by_role("link", name="Save the file")
    expect(save).to_be_visible()
    assert faults(page) == []
    with page.expect_download() as download:
        save.click()
    file = folder / name
    download.value.save_as(file)
    return file


def verify(export: Path, key: str, kept: Path) -> "subprocess.CompletedProcess[str]":
    """As the outsider does it: one file, the standard library alone, nothing of ours in reach."""
    return subprocess.run(
        [
            sys.executable,
            "-I",
            str(PROJECT / "tools/firmament_verify.py"),
            str(export),
            "--key",
            key,
            "--against",
            str(kept),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=export.parent,
    )
