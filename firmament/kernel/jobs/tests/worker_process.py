"""A real worker in a process of its own, knowing the jobs of tests and benchmarks: `python -m … [tick seconds]`."""

import logging
import sys

import django

if __name__ == "__main__":
    django.setup()
    from firmament.kernel.jobs import worker
    from firmament.kernel.jobs.tests import noop, work

    assert noop and work
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    sys.exit(worker.main(tick_every=float(sys.argv[1])))
