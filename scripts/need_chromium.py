"""See to it that Debian's Chromium is there for the journeys; install it where we may, say how where not."""

import os
import shutil
import subprocess
import sys

from firmament.ui.tests.chromium import NAMES

# The second for a distribution that has no headless shell of its own.
PACKAGES = ("chromium-headless-shell", "chromium")


def main() -> None:
    if os.environ.get("FIRMAMENT_CHROMIUM") or any(map(shutil.which, NAMES)):
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print("Installing Chromium, which the browser journeys need …", flush=True)
        ask_apt(apt, "update")
        if any(ask_apt(apt, "install", "-y", "--no-install-recommends", package) for package in PACKAGES):
            return
        sys.exit("Chromium could not be installed by apt-get; what it says of it stands above.")
    sys.exit(
        f"The browser journeys need Chromium. Install it, on Debian with: sudo apt-get install {PACKAGES[0]}\n"
        "Everything else can be tested without it: .venv/bin/python -m pytest -m 'not journey'"
    )


def ask_apt(apt: str, *words: str) -> bool:
    """Whether it did what it was asked; what it complains of is shown."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    asked = subprocess.run([apt, "-qq", *words], env=environment, check=False, stdout=subprocess.DEVNULL)
    return asked.returncode == 0


if __name__ == "__main__":
    main()
