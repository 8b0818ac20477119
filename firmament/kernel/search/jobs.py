"""What follows for the index: vectors in the background, a reading anew on request, a sweep by night."""

from firmament.kernel.jobs.errors import Permanent, Transient
from firmament.kernel.jobs.registry import Lane, Retry, every, job, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.search.events import ReindexRequested
from firmament.kernel.search.gateways import EmbeddingFailed, embedder
from firmament.kernel.search.indexing import index
from firmament.kernel.search.models import Chunk, Entry
from firmament.kernel.search.pending import (
    ask_for_meaning,
    count_waiting,
    next_waiting,
    wants_meaning,
    write_vectors,
)
from firmament.kernel.search.rebuilding import batches, count, forget_gone
from firmament.kernel.search.sources import sources
from firmament.kernel.search.weighing import weigh, weigh_if_drifted


@job("search.embed", lane=Lane.BULK, retry=Retry.PATIENT, outside=True)
def embed(run: Run) -> None:
    """Make the vectors that are missing, hand by hand, holding nothing while the model thinks."""
    done, total = 0, 0
    while True:
        with run.beat():
            if not wants_meaning():
                return
            waiting = next_waiting()
            total = total or count_waiting()
        if not waiting:
            return
        try:
            model = embedder()
            vectors = model.embed([one.text for one in waiting])
        except EmbeddingFailed as error:
            raise (Permanent if error.lasting else Transient)(str(error)) from error
        with run.beat():
            write_vectors([one.id for one in waiting], vectors, code=model.code)
        done += len(waiting)
        run.progress(done, max(done, total), "Reading for meaning")
        run.stop_if_canceled()


@every("*/30 * * * *", code="search.catch_up")
def catch_up() -> None:
    """Count the words anew where many texts came or went; ask for vectors that are missing for another reason than a
    change: another model, a queue that was emptied.
    """
    weigh_if_drifted()
    if wants_meaning() and next_waiting(1):
        ask_for_meaning()


@on(ReindexRequested, lane=Lane.BULK, outside=True)
def reindex(run: Run, event: ReindexRequested) -> None:
    """Read every object anew, in batches that are kept one by one."""
    wanted = sources([event.kind] if event.kind else None)
    with run.beat():
        total = sum(count(source) for source in wanted)
    done = 0
    for source in wanted:
        with run.beat():
            hands = list(batches(source))
        for hand in hands:
            with run.beat():
                index(source, hand)
            done += len(hand)
            run.progress(done, max(done, total), str(source.label))
            run.stop_if_canceled()
        with run.beat():
            forget_gone(source)
    with run.beat():
        weigh()
        ask_for_meaning()


@every("10 4 * * *", code="search.sweep")
def sweep() -> None:
    """Forget what is gone: objects that went with others, and kinds whose room is no longer there."""
    known = sources()
    for source in known:
        forget_gone(source)
    strays = Entry.objects.exclude(kind__in=[source.kind for source in known])
    Chunk.objects.filter(entry__in=strays).delete()
    strays.delete()
