"""From the upload to the verdict."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from firmament.kernel.files.actions import expire, receive, settle_scan
from firmament.kernel.files.jobs import sweep
from firmament.kernel.files.limits import MEGABYTE, PDF, Limits, Refused
from firmament.kernel.files.models import Blob, StoredFile
from firmament.kernel.files.scanning import Verdict
from firmament.kernel.files.storage import storage
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import LedgerView
from firmament.kernel.testing.jobs import run_all_queued
from firmament.lib import instant

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMITS = Limits(max_bytes=MEGABYTE, types=PDF | {"text/plain"})


@pytest.fixture(autouse=True)
def place(settings: pytest.FixtureRequest, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    return tmp_path / "files"


def upload(actor: Actor, content: bytes = b"%PDF-1.7 hello", name: str = "Bilanz.pdf") -> StoredFile:
    return receive(actor, SimpleUploadedFile(name, content), limits=LIMITS, client_id=None)


def on_disk(place: Path) -> list[str]:
    return sorted(path.name for path in place.rglob("*") if path.is_file())


def test_an_upload_waits_for_its_scan_and_is_then_ready(
    alice: Actor, ledger: LedgerView, run_jobs: Callable[[], int]
) -> None:
    stored = upload(alice)
    assert (stored.state, stored.media_type, stored.name, stored.size) == (
        "scanning",
        "application/pdf",
        "Bilanz.pdf",
        14,
    )

    run_jobs()

    stored.refresh_from_db()
    assert (stored.state, stored.verdict, stored.reason) == ("ready", "clean", "")
    assert ledger.codes() == ["files.file_received", "files.file_scanned"]


def test_what_the_scanner_flags_is_quarantined_with_the_reason(
    alice: Actor, ledger: LedgerView, run_jobs: Callable[[], int]
) -> None:
    stored = upload(alice, b"%PDF-1.7\n" + EICAR)

    run_jobs()

    stored.refresh_from_db()
    assert (stored.state, stored.verdict) == ("quarantined", "infected")
    assert stored.reason == "The virus scan found Eicar-Test-Signature."
    assert ledger.codes() == ["files.file_received", "files.file_scanned", "files.file_quarantined"]


def test_without_a_scanner_a_file_stays_closed_and_the_scan_is_tried_again(
    alice: Actor, settings: pytest.FixtureRequest
) -> None:
    settings.FILES_SCANNER = "clamav:///nonexistent/clamd.sock"  # type: ignore[attr-defined]
    stored = upload(alice)

    run_all_queued(raise_errors=False)

    stored.refresh_from_db()
    run = JobRun.objects.get(code="files.scan")
    assert (stored.state, run.state, run.error_class) == ("scanning", "retrying", "transient")

    settings.FILES_SCANNER = "local"  # type: ignore[attr-defined]
    with instant.at(instant.now() + timedelta(hours=5)):
        run_all_queued()
    stored.refresh_from_db()
    assert stored.state == "ready"


def test_a_refused_upload_leaves_nothing_anywhere(alice: Actor, ledger: LedgerView, place: Path) -> None:
    with pytest.raises(Refused, match="a Windows program, not a"):
        upload(alice, b"MZ\x90\x00\x03\x00", "tax.pdf")

    assert (StoredFile.objects.count(), Blob.objects.count(), ledger.codes(), on_disk(place)) == (
        0,
        0,
        [],
        [],
    )


def test_equal_bytes_are_one_blob_in_a_firm_and_another_in_the_next(
    alice: Actor,
    gina: Actor,
    globex: Firm,
    in_firm: Callable[[Firm], AbstractContextManager[None]],
    place: Path,
) -> None:
    first, second = upload(alice), upload(alice, name="Kopie.pdf")
    with in_firm(globex):
        third = upload(gina)
        assert StoredFile.objects.count() == 1

    assert first.blob_id == second.blob_id != third.blob_id
    assert len(on_disk(place)) == 2


def test_only_the_first_verdict_counts(alice: Actor, ledger: LedgerView) -> None:
    stored = upload(alice)
    ledger.forget()

    settle_scan(alice, stored, Verdict(malware="X"), scanner="one")
    settle_scan(alice, stored, Verdict(), scanner="two")

    stored.refresh_from_db()
    assert stored.state == "quarantined"
    assert ledger.codes() == ["files.file_scanned", "files.file_quarantined"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "ready"},
        {"state": "ready", "verdict": "clean"},
        {"state": "ready", "verdict": "infected", "scanned_at": instant.now()},
        {"state": "quarantined", "verdict": "infected"},
        {"state": "scanning", "blob": None},
        {"state": "scanning", "verdict": "clean"},
        {"state": "anything"},
        {"name": ""},
    ],
)
def test_the_database_refuses_what_the_code_must_never_do(alice: Actor, change: dict[str, object]) -> None:
    stored = upload(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(**change)


def test_an_upload_goes_to_disk_and_not_to_memory_and_what_is_too_large_is_not_kept(
    settings: pytest.FixtureRequest, alice: Actor
) -> None:
    settings.FILES_MAX_UPLOAD = 128 * 1024  # type: ignore[attr-defined]
    body = io.BytesIO(b"%PDF-" + b"x" * 3_000_000)
    body.name = "big.pdf"
    uploaded = RequestFactory().post("/", {"file": body}).FILES["file"]

    assert (
        isinstance(uploaded.file.name, str) and Path(uploaded.temporary_file_path()).stat().st_size < 300_000
    )
    assert uploaded.size == 3_000_005
    with pytest.raises(Refused, match="too large"):
        receive(alice, uploaded, limits=Limits(max_bytes=10 * MEGABYTE, types=PDF), client_id=None)
    uploaded.close()


def test_the_name_is_personal_and_stands_apart_in_the_ledger(alice: Actor) -> None:
    upload(alice, name="Scheidung Müller.pdf")

    assert "Müller" not in str(Entry.objects.get(code="files.file_received").payload)


def test_the_sweep_removes_what_a_rolled_back_upload_left_and_nothing_else(alice: Actor, place: Path) -> None:
    kept = upload(alice)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        upload(alice, b"%PDF-1.7 rolled back")
        raise ZeroDivisionError
    assert len(on_disk(place)) == 2

    sweep()
    assert len(on_disk(place)) == 2  # it may be on its way at this moment

    with instant.at(instant.now() + timedelta(days=2)):
        sweep()
    assert on_disk(place) == [kept.blob.sha256]


def test_an_expired_files_bytes_go_unless_another_file_has_them(alice: Actor, place: Path) -> None:
    first, second = upload(alice), upload(alice)
    for stored, left in ((first, 1), (second, 0)):
        expire(alice, stored)
        expire(alice, stored)
        for days in (2, 4):
            with instant.at(instant.now() + timedelta(days=days)):
                sweep()
        assert len(on_disk(place)) == left == Blob.objects.count()

    assert Entry.objects.filter(code="files.file_expired").count() == 2


def test_scrub_tells_every_kind_of_damage(
    alice: Actor, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blobs = [upload(alice, b"%PDF-1.7 " + str(number).encode()).blob for number in range(4)]
    call_command("scrub")
    assert capsys.readouterr().out == "4 blobs, all as they were written.\n"

    paths = {path.name: path for path in place.rglob("*") if path.is_file()}
    for blob, content in zip(blobs, (None, b"%PDF-1.7 x", b"%PDF-1.7 longer"), strict=False):
        paths[blob.sha256].unlink()
        if content:
            paths[blob.sha256].write_bytes(content)
    with pytest.raises(CommandError, match="3 of 4"):
        call_command("scrub")

    told = sorted(line.rsplit(": ", 1)[1] for line in capsys.readouterr().err.splitlines())
    assert told == ["15 bytes instead of 10", "missing", "other content"]


def test_the_bytes_are_read_back_as_they_came(alice: Actor) -> None:
    content = b"%PDF-" + bytes(range(256)) * 3000
    stored = upload(alice, content)

    with firm_transaction(alice.firm_id), storage().open(alice.firm_id, stored.blob.sha256) as file:
        assert file.read() == content
