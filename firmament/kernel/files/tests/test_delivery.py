"""A link hands one file to one person for a minute, while they may have it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.models import StoredFile
from firmament.kernel.files.ranges import Unsatisfiable, wanted
from firmament.kernel.files.tests.factories import make_file
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.models import RoleAssignment, Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.testing.fixtures import LedgerView
from firmament.lib import instant

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 400
POWER = "policies.view_teams"


@pytest.fixture(autouse=True)
def place(settings: pytest.FixtureRequest, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    return tmp_path / "files"


@pytest.fixture
def team(alice: Actor) -> Team:
    """Any object of the firm on which a power can be asked."""
    return Team.objects.create(name="Audit")


@pytest.fixture
def stored(alice: Actor) -> StoredFile:
    return make_file(alice, content=CONTENT, name="Łódź bilans.pdf")


def status(browser: Client, url: str) -> int:
    """Only the status; reading the body lets go of the file."""
    answer = browser.get(url)
    if answer.streaming:
        list(answer.streaming_content)
    return answer.status_code


def test_a_link_hands_the_file_over_sealed_and_the_ledger_says_so(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team, ledger: LedgerView
) -> None:
    ledger.forget()
    answer = alice_browser.get(signed_url(alice, stored, power=POWER, subject=team))

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, CONTENT)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%C5%81%C3%B3d%C5%BA")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Content-Length"] == str(len(CONTENT))
    (entry,) = ledger.entries()
    assert (entry.code, entry.payload["power"], entry.payload["subject_id"]) == (
        "files.file_downloaded",
        POWER,
        str(team.pk),
    )


def test_a_link_is_for_its_person_alone(
    alice: Actor,
    bob_browser: Client,
    gina_browser: Client,
    stored: StoredFile,
    team: Team,
    ledger: LedgerView,
) -> None:
    url = signed_url(alice, stored, power=POWER, subject=team)
    ledger.forget()

    assert [status(browser, url) for browser in (bob_browser, gina_browser, Client())] == [404] * 3
    assert ledger.codes() == []


def test_a_link_lives_a_minute(alice: Actor, alice_browser: Client, stored: StoredFile, team: Team) -> None:
    url = signed_url(alice, stored, power=POWER, subject=team)

    with time_machine.travel(instant.now() + timedelta(seconds=59), tick=False):
        assert status(alice_browser, url) == 200
    with time_machine.travel(instant.now() + timedelta(seconds=62), tick=False):
        assert status(alice_browser, url) == 404


def test_a_forged_link_is_no_link(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team
) -> None:
    url = signed_url(alice, stored, power=POWER, subject=team)
    forged = [url[:-1] + ("A" if url[-1] != "A" else "B"), "/files/x", "/files/a:b:c", "/files/" + "A" * 5000]

    assert [status(alice_browser, each) for each in forged] == [404] * 4


def test_a_right_taken_away_counts_at_once(
    bob: Actor, bob_browser: Client, stored: StoredFile, team: Team, ledger: LedgerView
) -> None:
    url = signed_url(bob, stored, power=POWER, subject=team)
    RoleAssignment.objects.filter(membership_id=bob.membership_id).delete()
    forget_authority()

    assert status(bob_browser, url) == 404
    with pytest.raises(Denied):
        signed_url(bob, stored, power=POWER, subject=team)


def test_a_deactivated_person_gets_nothing(
    bob: Actor, bob_browser: Client, stored: StoredFile, team: Team
) -> None:
    url = signed_url(bob, stored, power=POWER, subject=team)
    Membership.objects.filter(pk=bob.membership_id).update(state="deactivated", deactivated_at=instant.now())
    forget_authority()

    assert status(bob_browser, url) == 404


def test_what_was_not_found_clean_is_never_handed_over(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team
) -> None:
    url = signed_url(alice, stored, power=POWER, subject=team)
    for change in (
        {"state": "scanning", "verdict": "", "scanned_at": None},
        {"state": "quarantined", "verdict": "infected", "reason": "x"},
        {"state": "expired", "blob": None},
    ):
        StoredFile.objects.filter(pk=stored.pk).update(**change)
        assert status(alice_browser, url) == 404


def test_a_link_to_another_firms_file_leads_nowhere(
    alice: Actor,
    alice_browser: Client,
    gina: Actor,
    globex: Firm,
    in_firm: Callable[[Firm], AbstractContextManager[None]],
    team: Team,
) -> None:
    with in_firm(globex):
        theirs = make_file(gina)

    assert status(alice_browser, signed_url(alice, theirs, power=POWER, subject=team)) == 404


def test_missing_bytes_are_a_missing_page(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team, place: Path
) -> None:
    for path in place.rglob("*"):
        if path.is_file():
            path.unlink()

    assert status(alice_browser, signed_url(alice, stored, power=POWER, subject=team)) == 404


def test_a_part_is_sent_as_a_part_and_the_first_is_recorded_once(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team, ledger: LedgerView
) -> None:
    url = signed_url(alice, stored, power=POWER, subject=team)
    ledger.forget()
    size = len(CONTENT)
    parts = {
        "bytes=0-9": (206, f"bytes 0-9/{size}", CONTENT[:10]),
        "bytes=100-": (206, f"bytes 100-{size - 1}/{size}", CONTENT[100:]),
        "bytes=-5": (206, f"bytes {size - 5}-{size - 1}/{size}", CONTENT[-5:]),
        f"bytes={size}-": (416, f"bytes */{size}", None),
        "bytes=0-1,5-6": (200, None, CONTENT),
    }

    for header, (status, content_range, body) in parts.items():
        answer = alice_browser.get(url, headers={"Range": header})
        assert (answer.status_code, answer.headers.get("Content-Range")) == (status, content_range)
        if body is not None:
            assert b"".join(answer.streaming_content) == body

    # The first byte was asked for by `0-9` alone; the answer to several ranges is the whole file.
    assert ledger.codes() == ["files.file_downloaded"] * 2


def test_head_tells_the_size_and_records_nothing(
    alice: Actor, alice_browser: Client, stored: StoredFile, team: Team, ledger: LedgerView
) -> None:
    ledger.forget()
    answer = alice_browser.head(signed_url(alice, stored, power=POWER, subject=team))

    assert (answer.status_code, answer["Content-Length"], ledger.codes()) == (200, str(len(CONTENT)), [])
    assert alice_browser.post(signed_url(alice, stored, power=POWER, subject=team)).status_code == 405


def test_only_pictures_and_pdf_open_in_the_browser(alice: Actor, alice_browser: Client, team: Team) -> None:
    text = make_file(alice, content=b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", name="x.html")
    pixel = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"
    png = make_file(alice, content=pixel, name="x.png")

    answers = [
        alice_browser.get(signed_url(alice, each, power=POWER, subject=team, inline=True))
        for each in (text, png)
    ]

    for answer in answers:
        list(answer.streaming_content)
    assert [answer["Content-Disposition"] for answer in answers] == [
        'attachment; filename="x.html.txt"',
        'inline; filename="x.png"',
    ]
    assert answers[0]["Content-Type"] == "text/plain; charset=utf-8"
    assert all(answer["Content-Security-Policy"].startswith("sandbox;") for answer in answers)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=5-3", None),
        ("bytes=-0", Unsatisfiable),
        ("bytes=-999", (0, 99)),
        ("bytes=99-", (99, 99)),
        ("bytes=100-", Unsatisfiable),
        ("bytes=", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=0-" + "9" * 400, None),
        ("bytes=०-१", None),
    ],
)
def test_ranges_follow_the_rfc(header: str, expected: object) -> None:
    if expected is Unsatisfiable:
        with pytest.raises(Unsatisfiable):
            wanted(header, 100)
    else:
        assert wanted(header, 100) == expected
