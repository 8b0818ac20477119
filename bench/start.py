"""How long the two commands of a stranger take: `make run` from a fresh clone, and again.

Clones this repository's last commit into a directory whose name has a space, with an empty home. The package cache
is warm (what is not in it yet is fetched before the clock starts). Ends with 1 when an aim is missed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from bench.report import show
from firmament.config.environment import ROOT

AIM_FRESH_S = 60.0
AIM_AGAIN_S = 5.0
PATIENCE_S = 300.0
PORT = "8973"


def main() -> int:
    place = Path(tempfile.mkdtemp(prefix="firmament start "))
    place.chmod(0o711)
    try:
        warm(place / "warm")
        clone(place / "clone")
        fresh, again = run(place / "clone"), run(place / "clone")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    rows = [
        ("`make run`, fresh clone, demo firm loaded", fresh, AIM_FRESH_S),
        ("`make run` again", again, AIM_AGAIN_S),
    ]
    show("start", ("what", "seconds", "aim"), rows)
    return int(fresh > AIM_FRESH_S or again > AIM_AGAIN_S)


def clone(target: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)


def warm(target: Path) -> None:
    """Make an environment once and throw it away."""
    clone(target)
    subprocess.run(["make", "--silent", ".venv/.runtime-ready"], cwd=target, env=environment(), check=True)
    shutil.rmtree(target)


def run(directory: Path) -> float:
    """Seconds until the first page answers and the sign-ins are written; then stop it."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "--silent", "run"], cwd=directory, env=environment(), stdout=subprocess.DEVNULL
    )
    try:
        said = directory / "var" / "run.json"
        while not said.exists():
            if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                sys.exit("make run did not come up")
            time.sleep(0.02)
        with urlopen(json.loads(said.read_text())["url"] + "/accounts/login/", timeout=30) as answer:
            answer.read()
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait(timeout=60)


def environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FIRMAMENT_", "DATABASE_"))
    }
    return {**kept, "FIRMAMENT_PORT": PORT}


if __name__ == "__main__":
    sys.exit(main())
