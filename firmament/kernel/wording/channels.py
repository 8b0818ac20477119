"""Where a wording goes: into plain text, into Markdown, or into a page."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _

from firmament.kernel.wording.analysis import missing_values
from firmament.kernel.wording.budget import OUTPUT_LIMIT, SECONDS_LIMIT, Clock
from firmament.kernel.wording.errors import MissingValues, WordingError
from firmament.kernel.wording.output import Escape
from firmament.kernel.wording.render import render
from firmament.kernel.wording.vocabulary import vocabulary
from firmament.ui import rich

# Markdown is not stopped by a clock. Its time goes with what may mean something in it: 4,000 of these take 120 ms at
# most, and the text has the rest.
MARKS = re.compile(r"[!-/:-@\[-`{-~\n]")
MARKS_LIMIT = 4_000
PAGE_SECONDS = 0.1


class Channel(StrEnum):
    """How the text is written where it goes."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"


def render_channel(
    source: str,
    values: Mapping[str, object],
    channel: Channel = Channel.PLAIN,
    *,
    partials: Mapping[str, str] | None = None,
    optional: Collection[str] = (),
    locale: str = "en",
    timezone: str = "UTC",
) -> str:
    """The text for this channel; `MissingValues` where a needed value is absent or empty and not `optional`.

    PLAIN is the source as it was written, with values as they are. MARKDOWN is the same with values that
    cannot mean anything in Markdown, their lines kept. HTML is that, as the house shows Markdown: cleaned, safe
    to put into a page.
    """
    # A field that is there and empty is one that may be: `clean_values` has refused the others.
    may_be_empty = {*optional, *values}
    clock = Clock(PAGE_SECONDS if channel is Channel.HTML else SECONDS_LIMIT)
    if missing := missing_values(source, values, partials=partials, optional=may_be_empty, clock=clock):
        terms = vocabulary()
        raise MissingValues({path: str(terms[path].label) if path in terms else path for path in missing})
    escape = Escape.NONE if channel is Channel.PLAIN else Escape.MARKDOWN_LINES
    text = render(
        source, values, escape=escape, locale=locale, timezone=timezone, partials=partials, clock=clock
    )
    return _page(text) if channel is Channel.HTML else text


def _page(text: str) -> str:
    if len(MARKS.findall(text)) > MARKS_LIMIT:
        raise WordingError(_("This wording has too many lines and marks for a page."))
    page = rich.html(text)
    if len(page.encode()) > OUTPUT_LIMIT:
        raise WordingError(_("This wording grows too large for a page."))
    return page
