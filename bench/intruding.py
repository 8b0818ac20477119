"""What those who must not meet a thing ask about, in a database of the measurement’s own."""

import gc

import bench.ready  # noqa: F401 - before anything that needs settings
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from tests.isolating import Prober, Setting, open_throttles, ready


def ready_in(database: str, *, forms: bool) -> tuple[Setting, Prober]:
    prepare_template()
    cluster.clone(cluster.TEMPLATE, database)
    point_at(database)
    open_throttles()
    setting, prober = ready(forms=forms)
    gc.collect()
    gc.freeze()
    return setting, prober
