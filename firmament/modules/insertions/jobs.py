"""What happens by the clock: hashes of words that nobody sent are forgotten."""

from firmament.kernel.jobs.registry import every
from firmament.modules.insertions.actions import forget_fingerprints


@every("20 3 * * *")
def forget_words() -> None:
    """Whoever writes for longer than thirty days begins anew."""
    forget_fingerprints()
