"""The proof of the trail, as people and programs meet it."""

import io
import zipfile
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.decide import Denied
from firmament.kernel.proof.models import Checkpoint, LogEntry, Verification
from firmament.kernel.proof.tests.factories import number_everything
from firmament.kernel.tenancy.transaction import current_firm, current_firm_id
from firmament.modules.audit.actions import ask_verification, request_proof_export
from firmament.modules.audit.models import ProofExport

PROOF = "/w/acme/audit/proof/"


@pytest.fixture(autouse=True)
def proof_home(settings, tmp_path):
    settings.PROOF_ROOT = tmp_path / "proof"


def test_the_page_says_how_far_the_trail_is_signed_and_what_was_found(ada_browser, run_jobs):
    assert "Nothing was signed yet" in ada_browser.get(PROOF).content.decode()
    number_everything()

    assert ada_browser.post(f"{PROOF}verify/").status_code == 303
    run_jobs()
    shown = ada_browser.get(PROOF).content.decode()

    assert "Nothing was changed" in shown and "/w/acme" in shown
    assert Verification.objects.get().outcome == Verification.Outcome.SOUND


def test_asking_twice_for_a_verification_starts_one(ada_browser, ledger):
    number_everything()
    for _ in range(2):
        ada_browser.post(f"{PROOF}verify/")

    assert ledger.codes().count("proof.verification_asked") == 1
    assert 'role="status"' in ada_browser.get(PROOF).content.decode()


def test_a_changed_trail_stands_in_red_with_the_first_wrong_entry(
    ada_browser, bob_browser, ada, run_jobs, settings
):
    number_everything()
    kept = settings.PROOF_ROOT / str(current_firm_id()) / "leaves"
    raw = bytearray(kept.read_bytes())
    raw[32 * 3] ^= 1
    kept.write_bytes(raw)
    ask_verification(ada)
    run_jobs()

    shown = ada_browser.get(PROOF).content.decode()

    assert "The audit trail was changed" in shown and "Entry 3" in shown
    assert "The audit trail was changed" in ada_browser.get("/w/acme/home/").content.decode()
    assert "The audit trail was changed" not in bob_browser.get("/w/acme/home/").content.decode()


def test_bob_may_neither_see_nor_verify_nor_export(bob, bob_browser):
    with pytest.raises(Denied):
        ask_verification(bob)
    with pytest.raises(Denied):
        request_proof_export(bob, with_values=True)

    assert bob_browser.get(PROOF).status_code == 403
    assert not ProofExport.objects.exists()


def test_a_checkpoint_leaves_as_a_file(ada_browser):
    assert ada_browser.get(f"{PROOF}checkpoint/").status_code == 302
    number_everything()

    answer = ada_browser.get(f"{PROOF}checkpoint/")

    assert answer.content.decode() == Checkpoint.objects.get().note
    assert "attachment" in answer["Content-Disposition"]


def test_an_entry_shows_its_number_and_its_proof(ada_browser):
    entry = Entry.objects.order_by("occurred_at").first()
    assert "no number yet" in ada_browser.get(f"/w/acme/audit/{entry.pk}/proof/").content.decode()
    number_everything()

    shown = ada_browser.get(f"/w/acme/audit/{entry.pk}/proof/").content.decode()

    assert f"Entry number {LogEntry.objects.get(pk=entry.pk).seq}" in shown
    assert (
        f"/w/acme/audit/{entry.pk}/proof/" in ada_browser.get(f"/w/acme/audit/{entry.pk}/").content.decode()
    )


def test_an_export_is_written_by_a_job_and_opened_by_nobody_else(
    ada, ada_browser, alice, alice_browser, run_jobs, ledger
):
    number_everything()
    answer = ada_browser.post(f"{PROOF}exports/", {"with_values": "on"})
    made = ProofExport.objects.get()
    assert answer["Location"].endswith(f"/proof/exports/{made.pk}/")
    run_jobs()
    made.refresh_from_db()

    assert "Save the file" in ada_browser.get(answer["Location"]).content.decode()
    file = ada_browser.get(f"{PROOF}exports/{made.pk}/file/", follow=True)
    body = b"".join(file.streaming_content) if file.streaming else file.content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert {"manifest.json", "checkpoint.txt", "entries.jsonl", "personal.jsonl"} <= set(
            archive.namelist()
        )
    assert alice_browser.get(f"{PROOF}exports/{made.pk}/").status_code == 404
    assert {"audit.proof_export_requested", "audit.proof_exported"} <= set(ledger.codes())


def test_days_that_end_before_they_begin_are_refused_beside_the_field(ada, ada_browser):
    number_everything()

    answer = ada_browser.post(f"{PROOF}exports/", {"first_day": "2026-03-02", "last_day": "2026-03-01"})

    assert answer.status_code == 422 and "before the first" in answer.content.decode()
    assert not ProofExport.objects.exists()


def test_before_anything_is_signed_there_is_nothing_to_export(ada):
    with pytest.raises(ValidationError):
        request_proof_export(ada, with_values=False)


def test_days_make_a_part_of_the_log(ada, run_jobs):
    number_everything()
    # Days are the firm's: an hour before midnight in London it is tomorrow in Berlin.
    zone = ZoneInfo(current_firm().timezone)
    day = Entry.objects.order_by("occurred_at").first().occurred_at.astimezone(zone).date()
    made = request_proof_export(ada, first_day=day, last_day=day, with_values=False)
    run_jobs()
    made.refresh_from_db()

    assert made.file is not None and not made.whole and made.entries > 0
