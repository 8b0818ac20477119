"""How much a word says: counted now and then, since it changes with the whole and not with one text."""

from django.db import connection

from firmament.kernel.search.models import Chunk, Frequency
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.lib.instant import now

# So many chunks are read at most; of more, a part that is as good as any.
SAMPLE = 20_000
# A word that stands in fewer than one of so many chunks is as rare as one that stands nowhere.
RAREST = 5000
# Counted anew once a tenth has come or gone.
DRIFT = 10
FEWEST = 20

# `ts_stat` takes its query as a text, in which the number of parts is ours.
COUNT = """
INSERT INTO search_frequency (id, firm_id, created_at, updated_at, word, chunks)
SELECT gen_random_uuid(), %s, %s, %s, word, ndoc * {parts}
FROM ts_stat('SELECT tsv FROM search_chunk WHERE mod(abs(hashtext(id::text)::bigint), {parts}) = 0')
WHERE length(word) BETWEEN 1 AND 80 AND ndoc > 1 AND ndoc * {parts} >= %s
"""


def weigh() -> None:
    """Count the words of the firm's chunks."""
    chunks = Chunk.objects.count()
    Frequency.objects.all().delete()
    Frequency.objects.create(word="", chunks=chunks)
    query = COUNT.format(parts=1 + chunks // SAMPLE)
    with connection.cursor() as cursor:
        cursor.execute(query, [current_firm_id(), now(), now(), chunks // RAREST])


def weigh_if_drifted() -> bool:
    """Count them again if the firm's texts have become many more or fewer; says whether it did."""
    counted = Frequency.objects.filter(word="").values_list("chunks", flat=True).first() or 0
    drifted = abs(Chunk.objects.count() - counted) > max(FEWEST, counted // DRIFT)
    if drifted:
        weigh()
    return drifted
