"""Every measurement, one after another, each in a process of its own; then the page that shows them.

`python -m bench [NAME …]`. Ends with 1 if one of them missed its aim or failed; the others are run even so.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEASUREMENTS = sorted(
    path.stem for path in HERE.glob("*.py") if 'if __name__ == "__main__":' in path.read_text()
)
OTHERS = {"__main__", "page"}


def main() -> int:
    known = [name for name in MEASUREMENTS if name not in OTHERS]
    arguments = argparse.ArgumentParser("bench", description="Run the measurements of this directory.")
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"only these of {', '.join(known)}")
    names = arguments.parse_args().names or known
    if unknown := sorted(set(names) - set(known)):
        arguments.error(f"there is no measurement {', '.join(unknown)}")
    missed = []
    for name in names:
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent, check=False).returncode:
            missed.append(name)
    page = subprocess.run([sys.executable, "-m", "bench.page"], cwd=HERE.parent, check=False)
    if missed:
        sys.stderr.write(f"Missed their aim, or failed: {', '.join(missed)}\n")
    return int(bool(missed) or page.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
