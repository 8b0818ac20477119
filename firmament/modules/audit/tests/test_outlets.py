"""Checkpoints leave the machine: by mail, and by post to a real server; and the alarm."""

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError

from firmament.kernel.jobs.errors import JobError
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.messages.models import Delivery
from firmament.kernel.policies.decide import Denied
from firmament.kernel.proof.archive import write_archive
from firmament.kernel.proof.models import Checkpoint
from firmament.kernel.proof.tests.factories import number_everything
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.modules.audit.actions import ask_verification, choose_outlet, outlet
from firmament.modules.audit.gateways import webhook_secret

TOOL = Path(__file__).parents[4] / "tools" / "firmament_verify.py"
POST, MAIL = "audit.post_checkpoint_hourly", "audit.mail_checkpoint"


@pytest.fixture(autouse=True)
def proof_home(settings, tmp_path):
    settings.PROOF_ROOT = tmp_path / "proof"


@pytest.fixture
def receiver(tmp_path, settings):
    """A real server on this machine, which answers with the statuses it is given; what came stands in `posts`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.posts.append((self.path, dict(self.headers), body))
            status = server.statuses.pop(0) if server.statuses else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "https://localhost/elsewhere")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.posts, server.statuses = [], []
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(pem)
    server.socket = secured.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    trusting = ssl.create_default_context(
        cadata=certificate.public_bytes(serialization.Encoding.PEM).decode()
    )
    settings.PROOF_POST = {"context": trusting, "reachable": lambda _address: True, "port": None}
    server.url = f"https://localhost:{server.server_port}/hook"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def pointed_at(url: str) -> None:
    row = outlet()
    row.webhook_url = url
    row.save()


def run(code: str, run_jobs) -> JobRun:
    row = enqueue(code, actor=Actor.system(code))
    # What the job raises is classified and kept on its run, and shown to the test besides.
    with suppress(JobError):
        run_jobs()
    row.refresh_from_db()
    return row


def test_a_checkpoint_is_posted_signed_and_only_once(ada, receiver, run_jobs):
    number_everything()
    pointed_at(receiver.url)
    run(POST, run_jobs)
    run(POST, run_jobs)

    ((path, headers, body),) = receiver.posts
    key = base64.b64decode(webhook_secret(bytes(outlet().salt)).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert path == "/hook" and headers["webhook-signature"] == f"v1,{wanted}"
    checkpoint = Checkpoint.objects.order_by("size").first()
    assert json.loads(body)["checkpoint"] == checkpoint.note
    assert outlet().posted_size == checkpoint.size and outlet().problem == ""


@pytest.mark.parametrize(
    ("status", "final"), [(302, True), (410, True), (404, True), (503, False), (429, False)]
)
def test_what_is_not_taken_is_told_and_no_redirect_is_followed(ada, receiver, run_jobs, status, final):
    number_everything()
    pointed_at(receiver.url)
    receiver.statuses[:] = [status]
    row = run(POST, run_jobs)

    assert str(status) in outlet().problem
    assert {post[0] for post in receiver.posts} == {"/hook"}
    assert (row.state == "failed") is final


def test_an_address_in_our_own_network_is_never_spoken_to(ada, receiver, run_jobs, settings):
    number_everything()
    del settings.PROOF_POST["reachable"]
    pointed_at(receiver.url)
    run(POST, run_jobs)

    assert receiver.posts == [] and "private network" in outlet().problem


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://u:p@example.com/", "https://example.com:8443/"]
)
def test_what_is_no_plain_https_address_is_refused_beside_the_field(ada, ada_browser, url):
    with pytest.raises(ValidationError):
        choose_outlet(ada, daily_mail=True, webhook_url=url)

    assert ada_browser.post("/w/acme/audit/proof/outlet/", {"webhook_url": url}).status_code == 422


def test_the_administrator_chooses_where_checkpoints_go_and_nobody_else(ada, ada_browser, alice, ledger):
    page = "/w/acme/audit/proof/outlet/"
    sent = {"daily_mail": "on", "webhook_url": "https://auditor.example.com/hook"}

    assert ada_browser.post(page, sent).status_code == 303
    first = webhook_secret(bytes(outlet().salt))
    assert first in ada_browser.get(page).content.decode()
    ada_browser.post(page, {**sent, "new_secret": "on"})
    assert webhook_secret(bytes(outlet().salt)) != first
    with pytest.raises(Denied):
        choose_outlet(alice, daily_mail=False, webhook_url="")
    assert ledger.codes().count("audit.proof_outlet_changed") == 2


def test_each_day_the_administrators_get_the_checkpoint_once_and_the_mail_itself_serves_as_proof(
    ada, run_jobs, tmp_path
):
    number_everything()
    run(MAIL, run_jobs)
    run(MAIL, run_jobs)

    (letter,) = Delivery.objects.filter(wording="audit.checkpoint")
    assert letter.recipient_email == "ada@acme.example"
    note = Checkpoint.objects.order_by("size").first().note
    kept = tmp_path / "mail.txt"
    kept.write_text(letter.text)
    with (tmp_path / "export.zip").open("wb") as file:
        write_archive(file, name="export.zip", values=False)
    checked = subprocess.run(
        [sys.executable, "-I", TOOL, tmp_path / "export.zip", "--against", kept],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + letter.text
    assert "none was changed since" in checked.stdout and note.splitlines()[2] in letter.text


def test_who_wants_no_mail_gets_none(ada, run_jobs):
    number_everything()
    choose_outlet(ada, daily_mail=False, webhook_url="")
    run(MAIL, run_jobs)

    assert not Delivery.objects.filter(wording="audit.checkpoint").exists()


def test_a_changed_trail_is_told_to_the_administrators(ada, run_jobs, settings):
    number_everything()
    kept = settings.PROOF_ROOT / str(current_firm_id()) / "leaves"
    raw = bytearray(kept.read_bytes())
    raw[0] ^= 1
    kept.write_bytes(raw)
    ask_verification(ada)
    run_jobs()

    (letter,) = Delivery.objects.filter(wording="audit.trail_changed")
    assert "Entry 0" in letter.context["first"]
