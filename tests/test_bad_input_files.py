"""Hostile, broken and enormous files: refused in plain words, or kept where they can do nothing.

Each within 300 MB of memory and two seconds of the processor's time.
"""

import hashlib
import io
import json
import os
import re
import resource
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from firmament.kernel.testing.jobs import run_all_queued
from firmament.modules.clients.models import Client as FirmClient
from firmament.modules.documents.actions.requests import ItemDraft
from firmament.modules.documents.models import Submission
from firmament.modules.documents.tests.factories import EICAR, PDF, item_of, make_request
from tests.walking import read

MEMORY_MB = 300
SECONDS = 2.0
# What a refusal of ours never holds: the inside of a program.
INSIDE = re.compile(r"Traceback|Exception|Error:|psycopg|django\.|firmament\.|line \d+, in")
# What no kind of document is.
RUNNING = {".svg", ".htm", ".xht", ".xml", ".url", ".exe", ".tar", ".gz"}
KINDS = ("any", "pdf", "image", "spreadsheet", "text")


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """The block, its children included, keeps to the promise; what this process held before is not the block's.

    The kernel counts the parent's peak to a child that is about to exec, and keeps the largest of all children
    there ever were; so a child shows only where it rises above both. Its own limit is the sandbox's.
    """
    Path("/proc/self/clear_refs").write_text("5")
    before, held, eldest = os.times(), status("VmRSS"), largest_child()
    yield
    after, peak, child = os.times(), status("VmHWM"), largest_child()
    spent = sum(after[:4]) - sum(before[:4])
    assert spent < SECONDS, f"{what} took {spent:.1f} s"
    assert peak - held < MEMORY_MB, f"{what} took {peak - held} MB"
    assert child <= max(eldest, peak, MEMORY_MB), f"{what} took {child} MB in a child"


def status(name: str) -> int:
    """A line of this process's memory, in MB."""
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def largest_child() -> int:
    """The largest child this process ever waited for, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def files_in(*folders: Path) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("README.md", "inventory.json", "passwords.json")
    )


@pytest.fixture
def items(alice, carla):
    """One thing to hand in of each kind of file."""
    drafts = [ItemDraft(title=kind, kind=kind, files_allowed=50, max_megabytes=200) for kind in KINDS]
    request = make_request(alice, *drafts)
    run_all_queued()
    return {kind: item_of(request, position) for position, kind in enumerate(KINDS)}


def hand_in(browser, item, name: str, content: bytes):
    """As the upload script sends it."""
    return browser.post(
        f"/portal/acme/documents/items/{item.pk}/files/",
        {"file": SimpleUploadedFile(name, content)},
        headers={"Accept": "application/json"},
    )


def fate(browser, item, name: str, content: bytes) -> str:
    """What became of a file; everything a file may become is looked at here."""
    response = hand_in(browser, item, name, content)
    answer = json.loads(response.content)
    if response.status_code == 422:
        assert not Submission.objects.exists()
        assert len(answer["detail"]) > 20 and not INSIDE.search(answer["detail"]), answer
        return "refused"
    assert response.status_code == 201, (name, response.status_code)
    run_all_queued()
    submission = Submission.objects.select_related("file").get()
    download = browser.get(f"/portal/acme/documents/submissions/{submission.pk}/file/")
    if submission.state == Submission.State.QUARANTINED:
        assert download.status_code == 404
        assert submission.file.reason
        return "quarantined"
    assert submission.state == Submission.State.PENDING
    given = browser.get(download["Location"])
    assert b"".join(given) == content
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert given["Content-Type"] not in ("text/html", "image/svg+xml", "text/xml", "application/xhtml+xml")
    return "kept"


@pytest.mark.parametrize("folder", ["uploads", "pdf", "images"])
def test_every_hostile_file_is_refused_or_inert(folder, cases, carla_browser, items) -> None:
    files = files_in(cases(folder))
    ends: Counter[str] = Counter()
    for path in files:
        content = path.read_bytes()
        for kind in KINDS if folder == "uploads" else ("any",):
            with undone(), bounded(f"{path.name} as {kind}"):
                end = fate(carla_browser, items[kind], path.name.rpartition("__")[2], content)
            ends[end] += 1
            if path.suffix in RUNNING:
                assert end == "refused", (path.name, kind)

    print(f"{folder}: {len(files)} files, {dict(ends)}")
    assert len(files) >= 25
    assert ends["refused"] if folder == "uploads" else ends["kept"]


def test_a_virus_is_found_wherever_it_hides(carla_browser, items) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a/harmless.txt", b"x" * 1000)
        archive.writestr("b/eicar.com", EICAR)

    for name, content in (("list.txt", EICAR), ("a.pdf", PDF + EICAR), ("all.zip", zipped.getvalue())):
        with undone():
            assert fate(carla_browser, items["any"], name, content) in ("quarantined", "refused"), name


def test_a_name_that_pretends_changes_nothing(cases, carla_browser, items) -> None:
    """A file is served as what it is, under a name that ends so, whatever its own name says."""
    endings = json.loads((cases("uploads") / "dangerous_extensions.json").read_text())
    strings = json.loads((cases("strings") / "blns.json").read_text())
    # A part whose name has no last piece, or none that can be printed, is no file to Django.
    pieces = {name: re.split(r"[/\\]", name)[-1].strip(" .") for name in strings}
    named = [name for name, piece in pieces.items() if any(c.isprintable() for c in piece)]
    names = [f"invoice{ending}" for ending in endings] + named[::3]
    served = 0
    shown = f"/portal/acme/documents/{items['any'].request_id}/"
    with undone():
        fate(carla_browser, items["any"], "plain.pdf", PDF)
        before = read(carla_browser.get(shown), shown)
    for start in range(0, len(names), 40):
        with undone():
            batch = [
                SimpleUploadedFile("x", PDF + f"% {name}".encode(), content_type="text/html")
                for name in names[start : start + 40]
            ]
            for file, name in zip(batch, names[start : start + 40], strict=True):
                # Not by the constructor, which tidies names. Browsers send quotes and line ends so (WHATWG HTML).
                file._name = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            pk = items["any"].pk
            url = f"/portal/acme/documents/items/{pk}/files/"
            response = carla_browser.post(url, {"file": batch})
            assert response.status_code == 302, response.content.decode()[-500:]
            run_all_queued()
            found = list(Submission.objects.select_related("file", "item__request"))
            stored = {submission.file.blob.sha256 for submission in found}
            lost = [
                file.name for file in batch if hashlib.sha256(file.file.getvalue()).hexdigest() not in stored
            ]
            assert not lost
            for submission in found:
                assert submission.file.name.endswith(".pdf")
                download = carla_browser.get(f"/portal/acme/documents/submissions/{submission.pk}/file/")
                given = carla_browser.get(download["Location"])
                list(given)
                assert given["Content-Type"] == "application/pdf"
                assert given["Content-Disposition"].startswith("attachment; filename")
                assert not set(given["Content-Disposition"]) & set("\r\n\x00<>")
                served += 1
            seen = read(carla_browser.get(shown), shown)
            assert not seen.dangers and not set(seen.tags) - set(before.tags)
            assert seen.tags["script"] == before.tags["script"]

    print(f"{served} names")
    assert served == len(names)


def bombs() -> dict[str, bytes]:
    """Tables that nobody else made: what a list of other people's files leaves out."""
    return {
        "empty.csv": b"",
        "only-a-mark.csv": b"\xef\xbb\xbf",
        "nul.csv": b"Name,Email\n\x00\x00,\x00@\x00\n",
        "binary.csv": bytes(range(256)) * 400,
        "one-line.csv": b"a" * 3_000_000,
        "quotes.csv": b'Name\n"' + b'"' * 1_000_000,
        "wide.csv": b"," * 200_000 + b"\n" + b"," * 200_000,
        "tall.csv": b"Name\n" + b"x\n" * 400_000,
        "lone.csv": b"Name\n\xed\xa0\x80\n\xff\xfe\n",
        "program.xlsx": b"MZ" + b"\x00" * 4000,
        "cut.xlsx": b"PK\x03\x04" + b"\x00" * 500,
        "cut.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000,
        "picture.ods": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    }


def test_every_table_is_read_or_refused_in_plain_words(cases, alice_browser, alice) -> None:
    tables = {path.name: path.read_bytes() for path in files_in(cases("spreadsheets"))}
    tables |= {path.name: path.read_bytes() for path in files_in(cases("uploads") / "synthetic")}
    tables |= {f"made/{name}": content for name, content in bombs().items()}
    ends: Counter[str] = Counter()
    for name, content in tables.items():
        with undone(), bounded(name):
            ends[imported(alice_browser, name.rpartition("/")[2], content)] += 1

    print(f"{len(tables)} tables, {dict(ends)}")
    assert len(tables) >= 30
    assert ends["read"] >= 10 and ends["refused"] >= 10


def imported(browser, name: str, content: bytes) -> str:
    """The whole way of a table: brought, looked at, and run as far as its rows will go."""
    response = browser.post("/w/acme/clients/import/", {"file": SimpleUploadedFile(name, content)})
    if response.status_code == 422:
        words = response.content.decode()
        assert 'class="' in words and not INSIDE.search(words)
        assert read(response, "").tags["form"]
        return "refused"
    assert response.status_code in (302, 303), (name, response.status_code)
    page = browser.get(response["Location"])
    seen = read(page, "")
    assert page.status_code == 200 and not seen.dangers
    return "read"


def test_rows_of_strangers_become_clients_or_say_what_is_wrong(cases, alice_browser, alice) -> None:
    """The strings of others as a table: each becomes a client of that name, or its row says why not."""
    strings = [s for s in json.loads((cases("strings") / "blns.json").read_text()) if s.strip()]
    lines = "Name;Notes\n" + "".join('"{0}";"{0}"\n'.format(s.replace('"', '""')) for s in strings)
    response = alice_browser.post(
        "/w/acme/clients/import/", {"file": SimpleUploadedFile("all.csv", lines.encode())}
    )
    url = response["Location"]
    before = set(FirmClient.objects.values_list("pk", flat=True))
    for step in ("map", "run"):
        answer = alice_browser.post(url, {"step": step, "column_name": "0", "column_notes": "1"})
        assert answer.status_code == 303
        run_all_queued()
    seen = read(alice_browser.get(url), url)
    assert not seen.dangers
    made = FirmClient.objects.exclude(pk__in=before)
    print("made", made.count(), len(strings))
    assert made.exists()
    assert set(made.values_list("notes", flat=True)) <= {s.strip() for s in strings}
