"""What `doctor` says of search."""

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from firmament.kernel.search.gateways import installed, model_code
from firmament.kernel.search.schema import has_vectors, words_leakproof


def state_of_words(connection: BaseDatabaseWrapper) -> str:
    """Which way the index of words is used: under row-level security only leakproof operators may use one."""
    if words_leakproof(connection):
        return "Text search: its operators are marked LEAKPROOF, so its indexes are used under row-level security"
    return (
        "Text search: its operators are not marked LEAKPROOF; searches go through the owner's functions"
        " search_matches and search_titled"
    )


def state_of_meaning(connection: BaseDatabaseWrapper) -> tuple[bool, str]:
    """Whether things are found by meaning, and if not, why. Ask as `ops`, who sees every firm's chunks."""
    if not model_code():
        return True, "Search by meaning is switched off (FIRMAMENT_EMBEDDINGS=off)"
    if not has_vectors(connection):
        return False, "The server has no pgvector (CREATE EXTENSION vector), so search finds words alone."
    if not installed(settings.EMBEDDINGS):
        return (
            False,
            f"The packages of FIRMAMENT_EMBEDDINGS={settings.EMBEDDINGS} are not installed; words answer alone.",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_chunk WHERE model <> %s", [model_code()])
        (waiting,) = cursor.fetchone()
    return True, f"Search by meaning: {model_code()}; {waiting} texts wait for their vectors"
