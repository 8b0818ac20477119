"""How many snippets a second are filled in, and how long a hostile one may last.

`python -m bench.wording [--seconds N]`. Typical is a greeting with four values, a condition and a date, drawn from
5,000 different snippets, in one thread. Ends with 1 if fewer than 5,000 a second are filled in, or if a hostile text
takes more than 250 ms or writes more than 256 KB.
"""

import argparse
import gc
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import date

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.wording import parsing
from firmament.kernel.wording.analysis import check
from firmament.kernel.wording.channels import Channel, render_channel
from firmament.kernel.wording.render import Escape, WordingError, render
from firmament.kernel.wording.tests.bombs import CONTEXT, HARMLESS, PARTIALS, REFUSED

SNIPPETS = 5_000
AIM = 5_000
HOSTILE_MS = 250.0
HOSTILE_BYTES = 256 * 1024
# The beginnings of Markdown that take its parser longest.
MARKS = (
    "a\n",
    "a\n\n",
    "[a](",
    "1. a\n",
    "- a\n",
    "# a\n",
    "*_a_*",
    "|a|b|\n|-|-|\n",
    "![",
    "**a_ ",
    "> > a\n",
    "\\*",
)
TYPICAL = """Dear {{ contact.name }},

thank you for your message about {{ engagement.name }}. {% if client.vat_id %}We have noted your VAT number
{{ client.vat_id }}.{% else %}Please send us your VAT number.{% endif %} We need the rest by {{ due_on | date }}.

Kind regards
{{ me.name }}
"""
NESTED = '{% snippet "sign" %}{% snippet "imprint" %}'
WITHIN = {"sign": "{{ me.name }}, {{ me.title }}", "imprint": "{{ firm.name }}, {{ firm.website }}"}
VALUES: dict[str, object] = {
    "contact": {"name": "Ana Abel", "email": "ana@client.example", "title": "Owner"},
    "client": {"name": "Ana & Co", "vat_id": "ATU12345678", "city": "Vienna", "tags": ["retail", "vip"]},
    "engagement": {"name": "Annual accounts 2026", "number": "E-2026-17"},
    "me": {"name": "Alice Ahearn", "email": "alice@firm.example", "title": "Partner"},
    "firm": {"name": "Acme Advisers", "website": "https://firm.example", "reply_to": "office@firm.example"},
    "due_on": date(2026, 11, 27),
}


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=3.0, help="for each row")
    seconds = arguments.parse_args().seconds
    sources = [f"{TYPICAL}\nNo. {number}" for number in range(SNIPPETS)]
    tracemalloc.start()
    for source in sources:
        parsing.read(source)
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    few = sources[:200]
    rows = [
        (name, rate(chosen, seconds, write))
        for name, chosen, write in (
            ("plain text", sources, lambda source: render(source, VALUES)),
            ("for Markdown", sources, lambda source: render(source, VALUES, escape=Escape.MARKDOWN)),
            ("for HTML", sources, lambda source: render(source, VALUES, html=True)),
            ("plain text, if nothing is missing", sources, lambda source: render_channel(source, VALUES)),
            ("two snippets within", few, lambda source: render(source + NESTED, VALUES, partials=WITHIN)),
            ("a page, through Markdown", few, lambda source: render_channel(source, VALUES, Channel.HTML)),
            ("read anew each time", few, read_anew),
            ("checked, as at save", few, lambda source: check(source, known=None)),
        )
    ]
    show(
        "wording",
        ("what", "snippets/s"),
        rows,
        snippets=SNIPPETS,
        cache_mb=round(memory),
    )
    # Else the collector's passes over the 5,000 trees would be counted as some text's own time.
    gc.collect()
    gc.freeze()
    hostile = [(name, *endured(write, source)) for name, write, source in attempts()]
    show(
        "wording_hostile",
        ("hostile text", "ms", "bytes", "refused"),
        sorted(hostile, key=lambda row: -row[1])[:12],
        texts=len(hostile),
        p95_ms=round(percentile([row[1] for row in hostile], 0.95), 1),
        slowest_ms=round(max(row[1] for row in hostile), 1),
    )
    slow = [row for row in hostile if row[1] > HOSTILE_MS or row[2] > HOSTILE_BYTES]
    return int(bool(slow) or rows[0][1] < AIM)


def rate(sources: Sequence[str], seconds: float, write: Callable[[str], object]) -> int:
    """How many a second, over and over in their order, which is the worst one for a cache."""
    for source in sources:
        write(source)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for source in sources:
            write(source)
        count += len(sources)
    return round(count / (time.perf_counter() - began))


def read_anew(source: str) -> str:
    return render(f"{source}{time.perf_counter_ns()}", VALUES)


def attempts() -> list[tuple[str, Callable[[str], str], str]]:
    """Every hostile text, as text and as a page; and Markdown that is slow to read."""
    texts = {**REFUSED, **HARMLESS}

    def plain(source: str) -> str:
        return render(source, CONTEXT, partials=PARTIALS)

    def page(source: str) -> str:
        return render_channel(source, CONTEXT, Channel.HTML, partials=PARTIALS)

    marks = {f"a page of “{mark.strip()}”": (mark * 64_000)[:64_000] for mark in MARKS}
    spread = {f"a page of “{mark.strip()}”, far apart": (mark + "w " * 8) * 2_500 for mark in MARKS}
    return [
        *((name, plain, source) for name, source in texts.items()),
        *((f"{name}, as a page", page, source) for name, source in texts.items()),
        *((name, page, source[:64_000]) for name, source in {**marks, **spread}.items()),
    ]


def endured(write: Callable[[str], str], source: str) -> tuple[float, int, str]:
    """Milliseconds of this thread, bytes written, and whether it was refused."""
    began = time.thread_time()
    try:
        written = len(write(source).encode())
    except WordingError:
        return (time.thread_time() - began) * 1000, 0, "yes"
    return (time.thread_time() - began) * 1000, written, "no"


if __name__ == "__main__":
    sys.exit(main())
