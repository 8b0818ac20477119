"""The last way of coming by uv: its wheel, from an index, believed only by its hash."""

import hashlib
import importlib.util
import io
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from firmament.config.environment import ROOT

NAME = "uv-0-py3-none-any.whl"


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TOOLS", tmp_path / "tools")
    return module


@pytest.fixture
def wheel():
    """A wheel with a program in it that answers as uv does."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-0.data/scripts/uv", "#!/bin/sh\necho uv 0\n")
    return content.getvalue()


@pytest.fixture
def index(tmp_path, monkeypatch, wheel):
    """A package index (PEP 503) that offers it."""
    page = tmp_path / "index" / "simple" / "uv"
    page.mkdir(parents=True)
    (page / "index.html").write_text(f'<a href="../../files/{NAME}#sha256=0">{NAME}</a>')
    files = tmp_path / "index" / "files"
    files.mkdir()
    (files / NAME).write_bytes(wheel)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path / "index"))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.server_port}/simple")
        yield
        server.shutdown()


def pin(bootstrap, monkeypatch, digest):
    class Any(dict):
        def __contains__(self, _):
            return True

        def __getitem__(self, _):
            return NAME, digest

    monkeypatch.setattr(bootstrap, "WHEELS", Any())
    monkeypatch.setattr(bootstrap, "UV", "0")


def test_a_wheel_of_the_pinned_hash_is_unpacked_and_runs(bootstrap, index, wheel, monkeypatch):
    pin(bootstrap, monkeypatch, hashlib.sha256(wheel).hexdigest())

    uv = bootstrap.uv_by_wheel()

    assert uv == bootstrap.TOOLS / "wheel" / "uv"
    assert bootstrap.uv_fetched_before() == uv


def test_a_wheel_of_another_hash_is_not_even_written(bootstrap, index, monkeypatch):
    pin(bootstrap, monkeypatch, "0" * 64)

    with pytest.raises(bootstrap.Unavailable, match="should have 0000"):
        bootstrap.uv_by_wheel()

    assert not bootstrap.TOOLS.exists()


def test_a_shim_in_the_path_that_leads_nowhere_is_passed_over(bootstrap, tmp_path, monkeypatch):
    shim = tmp_path / "bin" / "uv"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'uv: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:/usr/bin:/bin")

    with pytest.raises(bootstrap.Unavailable, match="command not found"):
        bootstrap.uv_in_path()


def test_the_pinned_wheels_are_of_one_release_and_name_whole_hashes(bootstrap):
    for name, digest in bootstrap.WHEELS.values():
        assert name.startswith(f"uv-{bootstrap.UV}-py3-none-")
        assert len(bytes.fromhex(digest)) == 32
