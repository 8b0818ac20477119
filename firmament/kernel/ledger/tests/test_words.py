"""Codes inside entries are told in words; entries themselves keep them."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.urls import get_resolver

from firmament.kernel.breakglass.events import SessionClosed
from firmament.kernel.breakglass.models import Closed
from firmament.kernel.ledger import events, words
from firmament.kernel.ledger.events import Category, Event, Text, Told
from firmament.kernel.ledger.kernel_events import JobFailed, PowerDenied
from firmament.kernel.ledger.words import in_words, sentence_of
from firmament.kernel.messages.events import MessageQueued
from firmament.kernel.web.events import ListExported


@pytest.mark.parametrize(
    ("event", "payload", "said"),
    [
        (
            PowerDenied,
            {"power": "clients.archive"},
            "was refused “Archive clients, and take them out of the archive”",
        ),
        (PowerDenied, {"power": "clients.gone"}, "was refused “clients.gone”"),
        (JobFailed, {"job": "documents.tell_client"}, "gave up the job “Documents: tell client”"),
        (
            MessageQueued,
            {"wording": "breakglass.session_closed", "recipient": "ada@acme.example"},
            "queued the message “Operators’ sessions: session closed” to ada@acme.example",
        ),
        (
            ListExported,
            {"list": "clients.clients", "rows": 3, "format": "csv"},
            "exported 3 rows of “Clients” as csv",
        ),
        (
            SessionClosed,
            {"how": "time", "ticket": "T-1"},
            "ended an operator’s session (Its time was up, T-1)",
        ),
        (SessionClosed, {"ticket": "T-1"}, "ended an operator’s session (…, T-1)"),
    ],
)
def test_a_sentence_says_what_a_code_means(event, payload, said) -> None:
    assert (
        get_resolver().url_patterns
    )  # A list is named where its page is, and pages are read with the first request.
    assert sentence_of(event.code, payload, {}) == said


def test_many_codes_each_in_words_and_what_is_no_code_as_it_is() -> None:
    assert (
        in_words(PowerDenied, "powers", ["clients.archive", "x.y"])
        == "Archive clients, and take them out of the archive, x.y"
    )
    assert in_words(SessionClosed, "how", Closed.HAND) == "By the operator"
    assert in_words(PowerDenied, "path", "clients.archive") == "clients.archive"
    assert in_words(None, "power", "clients.archive") == "clients.archive"
    assert in_words(PowerDenied, "power", None) == ""
    assert in_words(PowerDenied, "power", True) == "Yes"


def test_an_event_of_no_release_is_told_by_its_code() -> None:
    assert sentence_of("gone.thing_done", {}, {}) == "gone.thing_done"


def test_a_code_without_words_is_found_at_the_start(monkeypatch) -> None:
    monkeypatch.setattr(events, "_events", {})

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ThingDone(Event):
        category: ClassVar[Category] = Category.SYSTEM
        sentence: ClassVar[Text] = "did {what}"
        told: ClassVar[Told] = {"what": "nothing", "absent": "power"}

        what: str

    assert sorted(words.problems()) == [
        "test_words.thing_done: has no field absent, of which it says how it is told.",
        "test_words.thing_done: nobody knows the words for what, the vocabulary nothing.",
    ]
