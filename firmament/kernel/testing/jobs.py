"""Jobs in tests: through the worker's own wrapper, inside the test's transaction."""

from firmament.kernel.jobs.inline import drain, run_queued

__all__ = ["drain", "run_all_queued"]


def run_all_queued(*, max_rounds: int = 50, raise_errors: bool = True) -> int:
    """Run everything that is due, and what follows from it; returns how many runs there were."""
    return run_queued(max_rounds=max_rounds, raise_errors=raise_errors)
