"""Work on hostile input, in a process of its own that the kernel holds to a limit.

A parser that is fed by strangers may be made to take all memory or all time. Here it can only take
its own: the child lowers its limits before it reads the first byte, and dies alone.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]


class Ending(StrEnum):
    """How the child ended."""

    DONE = "done"
    CRASHED = "crashed"  # an error of its own, or no more memory
    TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a child may take: bytes of address space and of output, seconds of processor and of patience."""

    memory: int = 280 * 2**20
    output: int = 256 * 2**20
    cpu_seconds: int = 2
    wall_seconds: int = 20

    def take(self) -> None:
        """Bind the calling process to this allowance, for good."""
        resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_seconds, self.cpu_seconds + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.output, self.output))
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
        # A core file would put the stranger's bytes on our disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(module: str, *arguments: str, source: IO[bytes], into: IO[bytes], allowance: Allowance) -> Ending:
    """Run `python -m module` with `source` as its input and `into` (both real files) as its output.

    The module calls `Allowance.take()` itself, first thing: limits set between fork and exec are
    unsafe in a server with threads. Nothing of our environment, and so no secret, is passed on.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-B", "-m", module, *arguments],
        stdin=source,
        stdout=into,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        cwd="/",
        close_fds=True,
    )
    try:
        code = process.wait(timeout=allowance.wall_seconds)
    except subprocess.TimeoutExpired:
        return Ending.TOO_SLOW
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if code == 0:
        return Ending.DONE
    # SIGXCPU at the soft limit, SIGKILL at the hard one.
    return Ending.TOO_SLOW if code in (-24, -9) else Ending.CRASHED
