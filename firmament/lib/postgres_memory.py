"""How much of the machine's memory the embedded server takes."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024


def memory_settings(total: int) -> dict[str, str]:
    """What the server keeps in memory, of so many bytes that the machine has.

    An eighth, from 128 MB to 4 GB, is its own: the index of neighbours of a firm with 200,000 texts takes one gigabyte,
    and is twice as fast to search where it lies in there. Half is what it may expect the system to keep of its files.
    """
    own = min(max(total // 8, 128 * MEGABYTE), 4096 * MEGABYTE)
    return {
        "shared_buffers": f"{own // MEGABYTE}MB",
        "effective_cache_size": f"{max(total // 2, own) // MEGABYTE}MB",
    }


def memory() -> int:
    """Bytes that this process may use: the machine's, or fewer where a control group holds it to a part of them."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    given = limit.read_text().strip() if limit.is_file() else "max"
    return min(machine, int(given)) if given.isdigit() else machine
