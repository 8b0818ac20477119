"""See to it that Debian's Chromium is there for the journeys; install it where we may, say how where not."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    if any(map(shutil.which, NAMES)):
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print("Installing Chromium, which the browser journeys need …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run([apt, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
        return
    sys.exit(
        "The browser journeys need Chromium. Install it, on Debian with: sudo apt-get install chromium\n"
        "Everything else can be tested without it: .venv/bin/python -m pytest -m 'not journey'"
    )


if __name__ == "__main__":
    main()
