"""What somebody typed, as PostgreSQL understands it: in every language the firm's index holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, prod
from typing import Any

from django.db import connection

from firmament.kernel.search.gateways import model_code
from firmament.kernel.search.languages import composed, unaccented
from firmament.kernel.search.schema import in_force

MOST_TERMS = 48
LONGEST_TERM = 80
# Up to so many words, whoever typed them means all of them; more are a sentence.
FEW = 3
LONGEST_QUESTION = 2000
# Above this many vectors of a firm the index of nearest neighbours is faster than looking at each.
EXACT_UP_TO = 5000
# What holds any word of a sentence is looked for by its rarer words, so that not half the firm is ranked; and of what
# frequent words find no more is ranked either.
RANKED_AT_MOST = 1600
# Where one text in so many holds all of the words, walking through the texts comes across enough of them soonest.
DENSE = 10

_TOKEN = re.compile(r'(-?)"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase. `excluded`: nothing that holds it is wanted; `begins`: the word may go on."""

    text: str
    phrase: bool = False
    excluded: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A term as a tsquery text, and how much it says: the rarer, the more."""

    query: str
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as tsquery texts: `strict` holds all of it, `loose` any of it, `rare` any of its rarer words; ""
    when there is nothing to look for. `wanted` are its terms one by one. `plain` is what a model reads. `exact` says
    that the firm's vectors are few enough to look at each; `few` that the words are so few that people mean all of them.
    """

    strict: str
    loose: str
    plain: str
    rare: str = ""
    wanted: tuple[Weighed, ...] = ()
    exact: bool = True
    few: bool = False
    frequent: bool = False
    dense: bool = False


def terms(text: str) -> tuple[Term, ...]:
    """The words of a question, as a web search reads them: "a phrase", -without. Never fails."""
    text = unaccented(composed(text[:LONGEST_QUESTION]))
    found: list[Term] = []
    for minus, phrase, word in _TOKEN.findall(text):
        if word:
            excluded = len(word) > 1 and word.startswith("-")
            body, is_phrase = word.lstrip("-") if excluded else word, False
        else:
            excluded, body, is_phrase = bool(minus), phrase, True
        body = body[:LONGEST_TERM].strip()
        if body and any(map(str.isalnum, body)):
            found.append(Term(body, is_phrase, excluded))
    found = found[:MOST_TERMS]
    last = found[-1] if found else None
    if last and not last.phrase and not last.excluded and not text[-1:].isspace():
        found[-1] = Term(last.text, begins=True)
    return tuple(found)


# The languages in use by a loose scan of their index, the terms in each with how often their rarest word is used, how
# many chunks there were at the count, and how many vectors there are, in one go.
READ = """
WITH RECURSIVE spoken(language) AS (
    (SELECT language FROM search_entry ORDER BY language LIMIT 1)
    UNION ALL
    SELECT (SELECT language FROM search_entry e WHERE e.language > s.language ORDER BY language LIMIT 1)
    FROM spoken s WHERE s.language IS NOT NULL
)
SELECT t.n::int, (CASE WHEN t.phrase THEN phraseto_tsquery(s.language::regconfig, t.text)
                       ELSE plainto_tsquery(s.language::regconfig, t.text) END)::text, used.chunks
FROM unnest(%s::text[], %s::bool[]) WITH ORDINALITY AS t(text, phrase, n)
CROSS JOIN (SELECT language FROM spoken WHERE language IS NOT NULL) s
CROSS JOIN LATERAL (
    SELECT min(coalesce(f.chunks, 0)) AS chunks
    FROM unnest(tsvector_to_array(to_tsvector(s.language::regconfig, t.text))) AS w(word)
    LEFT JOIN search_frequency f ON f.word = w.word
) used
UNION ALL
SELECT 0, 'chunks', chunks FROM search_frequency WHERE word = ''
"""
VECTORS = """
UNION ALL
SELECT 0, 'vectors', count(*) FROM (SELECT 1 FROM search_chunk WHERE model = %s LIMIT %s) few
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A term in one language: a tsquery text ("" for a word left out), and how many chunks hold its rarest word."""

    query: str
    chunks: int


def read_question(text: str) -> Question:
    """The question in the words of every dictionary in use; one query."""
    asked = terms(text)
    if not asked:
        return Question("", "", "")
    with_vectors = bool(model_code()) and in_force()[0]
    parameters: list[Any] = [[term.text for term in asked], [term.phrase for term in asked]]
    if with_vectors:
        parameters += [model_code(), EXACT_UP_TO + 1]
    with connection.cursor() as cursor:
        cursor.execute(READ + (VECTORS if with_vectors else ""), parameters)
        rows = cursor.fetchall()
    totals = {name: int(count) for n, name, count in rows if n == 0}
    readings: list[list[Reading]] = [[] for _ in asked]
    for n, query, chunks in rows:
        if n:
            readings[n - 1].append(Reading(query, chunks or 0))
    exact = totals.get("vectors", 0) <= EXACT_UP_TO
    return replace(_combined(asked, readings, totals.get("chunks", 0)), exact=exact)


def _combined(asked: Sequence[Term], readings: Sequence[Sequence[Reading]], chunks: int) -> Question:
    # A word that is filling in one of the languages (and, der) is not asked for, unless there is nothing else.
    strong = [bool(found) and all(one.query for one in found) for found in readings]
    if not any(s for s, term in zip(strong, asked, strict=True) if not term.excluded):
        strong = [True] * len(asked)
    wanted, unwanted = list[tuple[int, str]](), list[str]()
    for term, found, keep in zip(asked, readings, strong, strict=True):
        if keep and term.excluded:
            unwanted.append(_query_of(term, found))
        elif keep:
            wanted.append((max((one.chunks for one in found), default=0), _query_of(term, found)))
    without = "".join(f" & !{query}" for query in unwanted)
    plain = " ".join(term.text for term in asked if not term.excluded)
    if not wanted:
        return Question("", "", plain)
    queries = [query for _chunks, query in wanted]
    return Question(
        "(" + " & ".join(queries) + ")" + without,
        "(" + " | ".join(queries) + ")" + without,
        plain,
        rare=_rare(wanted) + without,
        wanted=tuple(Weighed(query, _weight(used, chunks)) for used, query in wanted),
        few=len(wanted) <= FEW,
        frequent=min(used for used, _query in wanted) > RANKED_AT_MOST,
        dense=_expected(wanted, chunks) * DENSE > chunks > 0,
    )


def _expected(wanted: Sequence[tuple[int, str]], chunks: int) -> float:
    """How many chunks would hold all of the words if they stood together by chance alone."""
    return chunks * prod(min(used, chunks) / chunks for used, _query in wanted) if chunks else 0.0


def _weight(used: int, chunks: int) -> float:
    """The inverse document frequency of BM25 (Robertson, Zaragoza, 2009), never below zero; 1 before the first count."""
    if not chunks:
        return 1.0
    used = min(used, chunks)
    return log(1 + (chunks - used + 0.5) / (used + 0.5))


def _rare(wanted: Sequence[tuple[int, str]]) -> str:
    """Any of the rarer terms, as long as the chunks that hold one of them are few enough to be ranked in time; where even
    the rarest is in too many, what holds another one beside it.
    """
    (rarest, first), *others = sorted(wanted)
    if rarest > RANKED_AT_MOST and others:
        return f"({first} & ({' | '.join(query for _used, query in others)}))"
    found, together = [first], rarest
    for used, query in others:
        together += used
        if together > RANKED_AT_MOST:
            break
        found.append(query)
    return "(" + " | ".join(found) + ")"


def _query_of(term: Term, readings: Sequence[Reading]) -> str:
    """A term in every reading; where all leave it out, and while it is being typed, also letter by letter."""
    said = [one.query for one in readings if one.query]
    queries = [_begun(query, term) if term.begins else query for query in said]
    if term.begins:
        queries.append(_begun(_quoted(term.text), term))
    return _either(queries or [_quoted(term.text)])


def _either(queries: Iterable[str]) -> str:
    return "(" + " | ".join(sorted({f"({query})" for query in queries})) + ")"


def _begun(reading: str, term: Term) -> str:
    """The reading of a word that may go on. A whole short word is left alone: `a:*` is everything."""
    return f"{reading}:*" if len(term.text) > 1 else reading


def _quoted(text: str) -> str:
    """A lexeme as tsquery reads it literally."""
    return "'" + text.lower().replace("\\", "\\\\").replace("'", "''") + "'"
