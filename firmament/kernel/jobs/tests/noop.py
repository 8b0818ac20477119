"""The job that measurements run: none."""

from firmament.kernel.jobs.registry import Lane, job
from firmament.kernel.jobs.run import Run

CODE = "tests.noop"


@job(CODE, lane=Lane.SOON)
def nothing(run: Run) -> None:
    """Nothing."""
