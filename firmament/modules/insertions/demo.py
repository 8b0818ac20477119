"""This room's part of the demo firm: twelve weeks in which its library of wording was used."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from firmament.kernel.jobs.inline import drain
from firmament.kernel.macros.actions import preview_macro, run_macro
from firmament.kernel.macros.parsing import parse_steps
from firmament.kernel.macros.sources import macro_of, target_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.wording.filling import Place
from firmament.lib.instant import at
from firmament.modules.clients.public import find_clients, primary_contact
from firmament.modules.engagements.public import find_engagements
from firmament.modules.insertions.actions import attach_uses, insert_snippet, measure_uses
from firmament.modules.insertions.reports.picking import fitting_snippets
from firmament.modules.snippets.public import SnippetCard

# What a use is filled in with, by the key of the snippet.
VALUES: dict[str, dict[str, object]] = {
    "bank-statements": {"due_on": "2026-12-18"},
    "reminder": {"due_on": "2026-12-18"},
    "payroll-changes": {"due_on": "2026-12-18"},
    "fee-change": {"from_day": "2027-01-01", "rate": 140},
    "call-note": {"about": "the yearly accounts"},
}


# Two that nobody touches.
UNUSED = ("confidential", "fee-change")
CHANNELS = ("email", "message", "document", "note")
# Letters of a full week by working day, Monday first: the week begins with mail, and Friday ends early.
WEEK = (1.3, 1.1, 1.0, 0.9, 0.5)
DAYS = 84
# Holidays of the firm's country in any year, and the days on which many are away.
HOLIDAYS = frozenset(
    [(1, 1), (1, 6), (5, 1), (8, 15), (10, 3), (11, 1), (12, 24), (12, 25), (12, 26), (12, 31)]
)


def load(people: DemoFirm) -> None:
    """Letters of twelve weeks; a few snippets are used every day."""
    dice = Random(20260302 + people.scale)
    writers = [people.manager, people.staff, people.partner]
    clients = find_clients(people.manager, limit=people.scale)
    offered = {channel: _offered(people, channel) for channel in CHANNELS}
    for ago in range(DAYS, 0, -1):
        for _letter in range(_letters_on(people.today - timedelta(days=ago), ago, people.scale, dice)):
            channel = dice.choices(CHANNELS, weights=(6, 3, 2, 2))[0]
            cards = offered[channel]
            card = dice.choices(cards, weights=range(2 * len(cards), 0, -2))[0]
            with at(people.moment(ago, dice.choice((9, 10, 11, 14, 15, 16)), dice.randrange(60))):
                _write_letter(dice.choice(writers), card, channel, dice.choice(clients).id, dice)
    ago = next(ago for ago in range(3, 8) if (people.today - timedelta(days=ago)).weekday() < len(WEEK))
    with at(people.moment(ago, 16)):
        _pause_for_one_who_is_away(people)
    drain()


def _letters_on(day: date, ago: int, scale: int, dice: Random) -> int:
    """How many are written on a day: more as people take to the library, fewer in the holidays of autumn, none at weekends."""
    if day.weekday() >= len(WEEK) or (day.month, day.day) in HOLIDAYS:
        return 0
    usual = max(scale / 40, 1) * WEEK[day.weekday()] * (1.3 - 0.7 * ago / DAYS)
    away = 0.4 if 42 < ago <= 54 else 1.0
    return round(usual * away * dice.uniform(0.7, 1.4))


def _offered(people: DemoFirm, channel: str) -> list[SnippetCard]:
    found = [card for card in fitting_snippets(people.staff, "", channel=channel) if card.key not in UNUSED]
    shared = {card.id for card in fitting_snippets(people.partner, "", channel=channel)}
    return sorted((card for card in found if card.id in shared), key=lambda card: card.key)


def _write_letter(actor: Actor, card: SnippetCard, channel: str, client_id: UUID, dice: Random) -> None:
    contact = primary_contact(client_id)
    place = Place(
        channel=channel, name="demo", client_id=client_id, contact_id=contact.id if contact else None
    )
    inserted = insert_snippet(actor, card.id, values=VALUES.get(card.key, {}), place=place)
    attach_uses(
        actor,
        [inserted.use_id],
        kind="snippets.snippet",
        object_id=inserted.use_id,
        text=inserted.filled.text,
    )
    words = inserted.filled.text.split()
    kept = words[: len(words) * dice.choice((4, 7, 10, 10)) // 10]
    measure_uses("snippets.snippet", inserted.use_id, sent=" ".join(kept))


def _pause_for_one_who_is_away(people: DemoFirm) -> None:
    """A letter whose follow-up steps were run for the same client."""
    actor = people.manager
    card = fitting_snippets(actor, "away", channel="message")[0]
    macro = macro_of(actor, card.id)
    assert macro is not None, "the library of the demo firm gives it steps"
    calls = parse_steps(actor, list(macro.steps))
    for found in find_engagements(actor, limit=people.scale):
        target = target_of(actor, "engagements.engagement", found.id)
        if target is not None and preview_macro(actor, target, calls).possible:
            _write_letter(actor, card, "message", found.client_id, Random(1))
            run_macro(actor, target, calls, source=macro.source)
            return
