"""An export is checked by one file that knows nothing of ours, in a Python without any package."""

import base64
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from firmament.kernel.ledger.models import Entry, PersonalValue, RowValue
from firmament.kernel.proof.archive import NothingSigned, write_archive
from firmament.kernel.proof.models import Checkpoint, LogEntry, SigningKey
from firmament.kernel.proof.tests.factories import number_everything, write_entries
from firmament.lib import notes
from firmament.lib.merkle import leaf_hash, root_of

TOOL = Path(__file__).parents[4] / "tools" / "firmament_verify.py"


def check(*arguments: object) -> tuple[int, str]:
    """Exit code and words of the tool: isolated (-I), so that nothing of ours can be imported."""
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def export(acme, tmp_path):
    write_entries(6)
    number_everything()
    first = Checkpoint.objects.get()
    (tmp_path / "earlier.txt").write_text(first.note, encoding="utf-8")
    write_entries(6)
    number_everything()

    def export(name="export.zip", **how):
        path = tmp_path / name
        with path.open("wb") as file:
            write_archive(file, name=name, **{"values": True, **how})
        return path

    return export


def changed(path: Path, member: str, change) -> Path:
    """A copy of the export with one of its files changed."""
    copy = path.with_name(f"changed-{random.random()}.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name == member else text)
    return copy


def lines(change):
    """Change the list of lines of a file."""

    def apply(text):
        rows = text.splitlines(keepends=True)
        return "".join(change(rows))

    return apply


def test_the_whole_log_is_proven_also_with_the_key_and_an_earlier_checkpoint(export, tmp_path):
    path = export()
    key = SigningKey.objects.get().verifier

    code, said = check(path, "--key", key, "--against", tmp_path / "earlier.txt")

    assert code == 0
    assert said.count("proven") == 4 and "WRONG" not in said
    assert check(path)[0] == 0
    with zipfile.ZipFile(path) as archive:
        assert "firmament_verify.py export.zip" in archive.read("README.txt").decode()


def test_a_part_of_the_log_is_proven_entry_by_entry(export, tmp_path):
    some = list(Entry.objects.order_by("?").values_list("pk", flat=True)[:5])
    path = export(only=some)

    code, said = check(path, "--against", tmp_path / "earlier.txt")

    assert code == 0 and "5 entries stand in the log" in said and "says nothing about" in said


def test_erased_values_leave_old_and_new_exports_proven(export):
    before = export("before.zip")
    PersonalValue.objects.all().delete()
    RowValue.objects.all().delete()
    after = export("after.zip")

    assert check(before)[0] == check(after)[0] == 0
    assert "personal values" in check(before)[1] and "personal values" not in check(after)[1]


def test_a_row_that_was_edited_in_the_database_is_named_by_the_outsider(superuser, tmp_path):
    write_entries(5)
    size = number_everything()
    victim = LogEntry.objects.get(seq=size - 3)
    with superuser.attacking():
        superuser.sql("UPDATE ledger_entry SET code = 'clients.client_archived' WHERE id = %s", victim.pk)
    path = tmp_path / "export.zip"
    with path.open("wb") as file:
        write_archive(file, name="export.zip", values=False)

    code, said = check(path)

    assert code == 1
    assert f"Entry {size - 3} ({victim.pk}) is not as it was recorded" in said


@pytest.mark.parametrize(
    ("member", "change", "says"),
    [
        ("entries.jsonl", lines(lambda rows: rows[:3] + rows[4:]), "Entry 3 is not in the export"),
        ("entries.jsonl", lambda text: text.replace('"values":2', '"values":3', 1), "is not as it was"),
        ("entries.jsonl", lines(lambda rows: [rows[1], rows[0], *rows[2:]]), "Entry 0 is not in the export"),
        ("entries.jsonl", lines(lambda rows: rows[:-2]), "was cut off"),
        ("entries.jsonl", lines(lambda rows: [*rows, rows[-1]]), "is not in the export"),
        ("entries.jsonl", lambda text: text.replace('"leaf":"', '"leaf":"00', 1), "is not as it was"),
        ("entries.jsonl", lambda text: text.replace('"v":1', '"v":1.0', 1), "line 1, cannot be read"),
        ("personal.jsonl", lambda text: text.replace("Reason 1", "Reason X", 1), "not the one that was recorded"),
        ("checkpoint.txt", lambda text: text.replace("/w/acme", "/w/other", 1), "signed by none|not of this key"),
        ("keys.txt", lambda text: str(notes.Signer.new("x").verifier), "signed by none"),
        ("manifest.json", lambda text: text.replace('"format": 1', '"format": 2'), "does not know"),
    ],
)  # fmt: skip
def test_whatever_is_changed_in_an_export_is_named(export, member, change, says):
    code, said = check(changed(export(), member, change))

    assert code == 1 and any(part in said for part in says.split("|"))


def test_another_key_and_a_rewritten_past_are_refused(export, tmp_path):
    path = export()
    other = notes.Signer.new("desk.example.com/w/acme")
    assert check(path, "--key", other.verifier)[0] == 1
    forged = notes.Checkpoint(origin="testserver", size=3, root=leaf_hash(b"x")).text
    (tmp_path / "forged.txt").write_text(notes.sign_note(forged, [other]), encoding="utf-8")

    assert check(path, "--against", tmp_path / "forged.txt")[0] == 1


def test_a_history_that_was_signed_anew_does_not_fit_the_earlier_checkpoint(export, tmp_path):
    path = export()
    with zipfile.ZipFile(path) as archive:
        rows = [json.loads(line) for line in archive.read("entries.jsonl").decode().splitlines()]
    signer = notes.read_signer(
        (django_settings.PROOF_ROOT / str(Entry.objects.first().firm_id) / "signing-key").read_text()
    )
    rows[2]["leaf"] = leaf_hash(b"another entry").hex()
    root = root_of(bytes.fromhex(row["leaf"]) for row in rows)
    text = notes.Checkpoint(origin=signer.name, size=len(rows), root=root).text
    forged = changed(path, "checkpoint.txt", lambda _text: notes.sign_note(text, [signer]))
    forged = changed(forged, "entries.jsonl", lambda _text: "".join(json.dumps(row) + "\n" for row in rows))

    code, said = check(forged, "--against", tmp_path / "earlier.txt")

    assert code == 1 and "history was rewritten" in said


def test_before_the_first_checkpoint_there_is_nothing_to_export(acme):
    with pytest.raises(NothingSigned):
        write_archive(io.BytesIO(), name="x.zip", values=False)


def test_what_is_no_export_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK nothing")

    assert check(path)[0] == check(tmp_path / "absent.zip")[0] == 2


@pytest.mark.parametrize("name", ["inclusion.json", "consistency.json"])
def test_bare_proofs_get_the_verdicts_of_the_cases(cases, name):
    path = cases("merkle") / name
    if not path.exists():
        pytest.skip(f"{name} is not among the cases")

    code, said = check("--proofs", path)

    assert code == 0
    assert [not verdict for verdict in json.loads(said)] == [
        case["wantErr"] for case in json.loads(path.read_text())
    ]


def test_bare_proofs_that_are_nonsense_are_false_and_break_nothing(tmp_path):
    path = tmp_path / "cases.json"
    root = base64.b64encode(leaf_hash(b"")).decode()
    good = {"leafIdx": 0, "treeSize": 1, "root": root, "leafHash": root, "proof": None}
    bad = [
        {**good, **change}
        for change in ({"treeSize": 0}, {"leafIdx": None}, {"proof": ["!"]}, {"root": "AAAA"})
    ]
    path.write_text(
        json.dumps([good, *bad, {"size1": 0, "size2": 1, "root1": root, "root2": root, "proof": [root]}])
    )

    assert check("--proofs", path) == (0, "[true, false, false, false, false, false]\n")


def test_the_tool_imports_nothing_but_the_standard_library():
    imported = {
        line.split()[1].split(".")[0]
        for line in TOOL.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }

    assert imported <= sys.stdlib_module_names
    assert len(TOOL.read_text().splitlines()) < 550
