"""The list by words."""

from dataclasses import dataclass

from firmament.kernel.search.asking import RANKED_AT_MOST, Question
from firmament.kernel.search.reach import Sql
from firmament.kernel.search.schema import in_force

# How deep each list is read before the two become one.
DEPTH = 100
# So many of those that hold a frequent word in their title are ranked beside the rest.
TITLED_AT_MOST = 500

RANKED = """
WITH found AS ({found}), best AS (
    SELECT DISTINCT ON (entry_id) * FROM found ORDER BY entry_id, tier, rank DESC, chunk_id
)
SELECT entry_id, chunk_id, kind, row_number() OVER (ORDER BY tier, rank DESC, object_id) AS place FROM best
ORDER BY place LIMIT %s
"""
# The second is not even begun where the first finds anything.
EITHER = """
WITH strict AS ({strict}), loose AS (SELECT * FROM ({loose}) l WHERE NOT EXISTS (SELECT 1 FROM strict))
SELECT * FROM strict UNION ALL SELECT * FROM loose
"""
# As BM25 weighs: each term by how rare it is, times how much of it there is. `ts_rank` of one term grows ever more slowly
# with how often it stands there; the title counts twice the text, a heading between them, and long chunks are not
# favoured (1: divided by the logarithm of the length). `|| ''` unpacks a long text's words once instead of for each term.
MATCHING = """
SELECT CASE WHEN c.tsv @@ %s::tsquery THEN 0 ELSE 1 END AS tier,
       c.entry_id, c.id AS chunk_id, c.object_id, c.kind,
       (SELECT sum(t.weight * ts_rank('{{0.5, 0.6, 0.8, 1.0}}', unpacked.tsv, t.query, 1))
        FROM (SELECT c.tsv || ''::tsvector AS tsv OFFSET 0) AS unpacked,
             unnest(%s::text[]::tsquery[], %s::float8[]) AS t(query, weight)) AS rank
FROM ({candidates}) c ORDER BY tier, rank DESC, c.object_id LIMIT {depth}
"""
# What is ranked: of what the asker may see at most so many, for a word of every second text would have them all ranked.
# The first `OFFSET 0` keeps the planner from walking through the firm's texts in the hope of coming across so many that
# hold a rare word; where the words are everywhere it is left out, and the walk is the fastest way. The second keeps it
# from reading every entry of the firm first.
CANDIDATES = """
(SELECT c.id, c.entry_id, c.tsv, within.object_id, within.kind
 FROM (SELECT c.id, c.firm_id, c.entry_id, c.tsv, c.internal FROM search_chunk c WHERE {matches}{barrier}) c
 CROSS JOIN LATERAL (
    SELECT search_entry.object_id, search_entry.kind FROM search_entry
    WHERE search_entry.firm_id = c.firm_id AND search_entry.id = c.entry_id AND ({reach}) OFFSET 0
 ) within LIMIT {most})
"""
BARRIER = " OFFSET 0"


@dataclass(frozen=True, slots=True)
class Matches:
    """A condition on `c`, by the operator where it may use its index under row-level security, or by the owner's
    function where it may not; both name the same rows.
    """

    leakproof: str
    definer: str

    @property
    def in_force(self) -> str:
        return self.leakproof if in_force()[1] else self.definer


ANYWHERE = Matches("c.tsv @@ %s::tsquery", "c.id IN (SELECT id FROM search_matches(%s::tsquery))")
# A title stands in each of its entry's chunks; the first is enough.
IN_TITLE = Matches(
    "c.ordinal = 0 AND ts_filter(c.tsv, '{a}') @@ %s::tsquery",
    "c.id IN (SELECT id FROM search_titled(%s::tsquery))",
)


def by_words(question: Question, reach: Sql) -> Sql | None:
    """The best entries by words: those that hold all of them, then those that hold any; for a few words the second only
    where there are none of the first. Columns: entry, chunk, kind, place.

    Of words so frequent that not all of what holds them can be ranked in time, those are ranked that hold them in
    their title, and as many of the others as there is time for.
    """
    if not question.strict:
        return None
    strict = _matching(question, reach, question.strict)
    if question.few and len(question.wanted) == 1:
        return Sql(RANKED.format(found=strict.text), (*strict.parameters, DEPTH))
    # What holds all of the words holds its rarer ones too: of a sentence one reading finds both.
    loose = _matching(question, reach, question.rare)
    if not question.few:
        return Sql(RANKED.format(found=loose.text), (*loose.parameters, DEPTH))
    found = EITHER.format(strict=strict.text, loose=loose.text)
    return Sql(RANKED.format(found=found), (*strict.parameters, *loose.parameters, DEPTH))


def _matching(question: Question, reach: Sql, query: str) -> Sql:
    candidates = _candidates(ANYWHERE, RANKED_AT_MOST, reach, query, dense=question.dense)
    if question.few and question.frequent:
        titled = _candidates(IN_TITLE, TITLED_AT_MOST, reach, query, dense=False)
        candidates = Sql(
            f"{titled.text} UNION ALL {candidates.text}", (*titled.parameters, *candidates.parameters)
        )
    weighed = ([term.query for term in question.wanted], [term.weight for term in question.wanted])
    text = MATCHING.format(candidates=candidates.text, depth=DEPTH * 3)
    return Sql(text, (question.strict, *weighed, *candidates.parameters))


def _candidates(matches: Matches, most: int, reach: Sql, query: str, *, dense: bool) -> Sql:
    barrier = "" if dense else BARRIER
    text = CANDIDATES.format(matches=matches.in_force, barrier=barrier, reach=reach.text, most=most)
    return Sql(text, (query, *reach.parameters))
