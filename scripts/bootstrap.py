"""Make the environment in .venv, exactly as uv.lock says. Needs Python 3.11 and nothing else.

Usage: bootstrap.py runtime|development

uv does the work. It is taken from PATH; else installed by pip, or by pip in an environment of its own; else
its wheel, pinned by hash, is fetched with the standard library alone. It never downloads a Python.
"""

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

OLDEST = (3, 11)
UV = "0.13.9"
# Its files on PyPI with their SHA-256, by system, machine and C library.
WHEELS = {
    ("Linux", "x86_64", "gnu"): (
        "uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "aarch64", "gnu"): (
        "uv-0.13.9-py3-none-manylinux_2_28_aarch64.whl",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
    ("Linux", "x86_64", "musl"): (
        "uv-0.13.9-py3-none-musllinux_1_1_x86_64.whl",
        "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    ),
    ("Linux", "aarch64", "musl"): (
        "uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("Darwin", "x86_64", ""): (
        "uv-0.13.9-py3-none-macosx_10_12_x86_64.whl",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
    ("Darwin", "arm64", ""): (
        "uv-0.13.9-py3-none-macosx_11_0_arm64.whl",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
}

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools" / UV


class Unavailable(Exception):
    """This way of coming by uv does not work here; the text says why."""


def main(kind):
    python = find_python()
    failures = []
    for name, find in WAYS:
        try:
            synchronise(find(), python, kind)
        except (Unavailable, OSError, subprocess.CalledProcessError) as error:
            failures.append(f"  {name}: {error}")
            continue
        (ROOT / ".venv" / f".{kind}-ready").touch()
        return
    sys.exit("The environment could not be made. Tried:\n" + "\n".join(failures))


def find_python():
    """A Python that is new enough: this one, or another on this machine."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in (14, 13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    sys.exit(
        f"Firmament needs Python 3.11 or newer, and {sys.executable} is {platform.python_version()}. "
        "Name another with: make PYTHON=/path/to/python3 run"
    )


def synchronise(uv, python, kind):
    """Bring .venv to what the lock file says.

    For the runtime, development packages stay where there are any, and everything is compiled at once: where
    bytecode is not written later, each start would compile it again.
    """
    options = ["--no-default-groups", "--inexact", "--compile-bytecode"] if kind == "runtime" else []
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=str(ROOT / ".venv"))
    # An environment that happens to be active is not ours to fill.
    environment.pop("VIRTUAL_ENV", None)
    command = [str(uv), "sync", "--frozen", "--quiet", "--python", python, *options]
    subprocess.run(command, cwd=str(ROOT), env=environment, check=True)


def works(uv):
    """The given uv, if it runs; a shim of a version manager may stand in PATH and lead nowhere."""
    quietly([str(uv), "--version"])
    return uv


def quietly(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(said[-1] if said else f"ended with {done.returncode}")


def uv_in_path():
    found = shutil.which("uv")
    if not found:
        raise Unavailable("there is none")
    return works(found)


def uv_fetched_before():
    for place in ("pip/bin/uv", "venv/bin/uv", "wheel/uv"):
        if (TOOLS / place).exists():
            return works(TOOLS / place)
    raise Unavailable("there is none")


def uv_by_pip():
    # --target leaves the system's own packages alone, also where an administrator manages those.
    target = str(TOOLS / "pip")
    quietly([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, f"uv=={UV}"])
    return works(TOOLS / "pip" / "bin" / "uv")


def uv_by_venv():
    quietly([sys.executable, "-m", "venv", "--clear", str(TOOLS / "venv")])
    python = str(TOOLS / "venv" / "bin" / "python")
    quietly([python, "-m", "pip", "install", "--quiet", "--no-deps", f"uv=={UV}"])
    return works(TOOLS / "venv" / "bin" / "uv")


def uv_by_wheel():
    """Fetch the pinned wheel from PyPI, or the index that pip or uv are told to use, and believe only its hash."""
    system, machine = platform.system(), platform.machine()
    libc = "" if system != "Linux" else "musl" if any(Path("/lib").glob("ld-musl-*")) else "gnu"
    if (system, machine, libc) not in WHEELS:
        raise Unavailable(f"no wheel is pinned for {system} {machine}; install uv yourself")
    name, wanted = WHEELS[system, machine, libc]
    content = fetch(find_link(name))
    got = hashlib.sha256(content).hexdigest()
    if got != wanted:
        raise Unavailable(f"{name} has the hash {got} and should have {wanted}")
    target = TOOLS / "wheel" / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        target.write_bytes(wheel.read(f"uv-{UV}.data/scripts/uv"))
    target.chmod(0o700)
    return works(target)


def find_link(name):
    """Where the index (PEP 503) keeps the file of that name."""
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
    page = index.rstrip("/") + "/uv/"
    for link in re.findall(r'href="([^"]+)"', fetch(page).decode()):
        address = urllib.parse.urljoin(page, link.replace("&amp;", "&"))
        if urllib.parse.unquote(urllib.parse.urlsplit(address).path).endswith("/" + name):
            return address
    raise Unavailable(f"{page} does not list {name}")


def fetch(address):
    if not address.startswith(("https://", "http://")):
        raise Unavailable(f"not a web address: {address}")
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - the scheme is checked above
        return answer.read()


WAYS = (
    ("uv in PATH", uv_in_path),
    ("uv fetched before", uv_fetched_before),
    ("pip", uv_by_pip),
    ("python3 -m venv", uv_by_venv),
    ("fetching its wheel", uv_by_wheel),
)

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("runtime", "development"):
        sys.exit(__doc__)
    main(sys.argv[1])
