"""`make check`: every check that needs no browser and no long run, each by name, all of them even if one fails."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
BIN = Path(PYTHON).parent

CHECKS: dict[str, list[str]] = {
    "ruff": [str(BIN / "ruff"), "check", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "mypy": [str(BIN / "mypy"), "firmament", "manage.py"],
    "import-linter": [str(BIN / "lint-imports"), "--no-cache"],
    "templates": [PYTHON, "scripts/lint_templates.py"],
    "system checks": [PYTHON, "manage.py", "check"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "powers": [PYTHON, "manage.py", "permissions", "--check"],
    "events": [PYTHON, "manage.py", "audit_events", "--check"],
    "shape and API": [PYTHON, "-m", "pytest", "-q", "-n0", "tests/test_shape.py", "tests/test_openapi.py"],
}


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory() as home:
        environment = _environment(home)
        for name, command in CHECKS.items():
            began = time.monotonic()
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            verdict = "failed" if done.returncode else "ok"
            print(f"{name:<16} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return len(failed)


def _environment(home: str) -> dict[str, str]:
    # What a developer has set for their own installation must not decide a check.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRMAMENT_")}
    kept.pop("DATABASE_URL", None)
    # mypy's plugin imports the models: those of this tree, also where the environment was installed for another.
    return {**kept, "FIRMAMENT_HOME": home, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    sys.exit(main())
