"""The search of the trail finds what a look at every entry would find, in whatever is asked together."""

import itertools
import random
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.ledger.events import Category, Outcome, every_code
from firmament.kernel.ledger.models import Entry, EntryTarget, TargetLine
from firmament.kernel.ledger.search import Asked, Place, outcome_of, search
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.keyset import order_of
from firmament.lib.instant import now
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.audit import public
from firmament.modules.audit.reports.asking import asked_of, finder_for
from firmament.modules.audit.reports.trail import entries_for
from firmament.modules.audit.views.trail import trail_list
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_token

URL = "/w/acme/audit/"
CODES = (
    ("clients", "clients.client_changed"),
    ("clients", "messages.message_failed"),
    ("documents", "files.file_quarantined"),
    ("permissions", "ledger.power_denied"),
    ("data_access", "audit.trail_read"),
    ("data_access", "firms.audit_read"),
    ("system", "attic.thing_done"),
)


@pytest.fixture
def world(alice, bob):
    """The tests' own trail with a hundred and fifty entries more, in which everything meets everything."""
    dice = random.Random(7)
    bakery = carlas_bakery()
    things = [bakery.pk, make_client(alice, name="Other Ltd").pk, alice.membership_id, bob.user_id]
    token = make_token(alice, "audit.read")[0]
    people = [alice.user_id, bob.user_id, uuid4()]
    requests = ["", "req-1", "req-2"]
    begun = now() - timedelta(days=40)
    for number in range(150):
        category, code = dice.choice(CODES)
        domain = dice.choice(list(Domain))
        entry = Entry.objects.create(
            code=code,
            category=category,
            # Several at one moment, so that the id must decide.
            occurred_at=begun + timedelta(hours=6 * (number // 3)),
            domain=domain,
            user_id=None if domain == Domain.SYSTEM else dice.choice(people),
            token_id=token.pk if domain == Domain.TOKEN else None,
            request_id=dice.choice(requests),
            payload={},
        )
        for thing in dice.sample(things, dice.randrange(3)):
            # Twice, as an event may name one thing in two of its fields.
            for _ in range(dice.choice((1, 1, 2))):
                EntryTarget.objects.create(
                    entry=entry, kind="clients.client", object_id=thing, occurred_at=entry.occurred_at
                )
    return SimpleNamespace(things=things, people=people, token=token.pk)


def looked_through(actor, asked: Asked) -> list[Entry]:
    """Every entry, one by one."""
    targets: dict = {}
    for entry_id, thing in EntryTarget.objects.values_list("entry_id", "object_id"):
        targets.setdefault(entry_id, set()).add(thing)

    def wanted(entry: Entry) -> bool:
        return (
            (not asked.user_id or entry.user_id == asked.user_id)
            and (not asked.token_id or entry.token_id == asked.token_id)
            and (not asked.objects or bool(targets.get(entry.pk, set()) & set(asked.objects)))
            and (not asked.category or entry.category == asked.category)
            and (not asked.codes or entry.code in asked.codes)
            and all(word in entry.code for word in asked.words)
            and (not asked.outcome or outcome_of(entry.code) == asked.outcome)
            and all(entry.domain == domain for domain in asked.domains)
            and (not asked.request_id or entry.request_id == asked.request_id)
            and (not asked.since or entry.occurred_at >= asked.since)
            and (not asked.before or entry.occurred_at < asked.before)
        )

    found = [entry for entry in entries_for(actor) if wanted(entry)]
    return sorted(found, key=lambda entry: (entry.occurred_at, entry.pk), reverse=True)


def addresses(world):
    """What the page may be asked, each part now and then."""
    today = now().date()
    parts = {
        "who": [*map(str, world.people), *list(Domain)[2:], f"token:{world.token}", "nonsense"],
        "category": list(Category)[:9],
        "event": ["clients.client_changed", "audit.trail_read", "nonsense.at_all"],
        "outcome": list(Outcome),
        "door": [*Domain, "window"],
        "object": [*map(str, world.things), str(uuid4())],
        "request_id": ["req-1"],
        "q": ["clie", "read file", "DENIED".lower()],
        "period": ["7", "30", "year"],
        "day_from": [str(today - timedelta(days=days)) for days in (50, 20, 5)],
        "day_to": [str(today - timedelta(days=days)) for days in (35, 10, 0)],
    }
    return st.fixed_dictionaries(
        {}, optional={k: st.sampled_from(list(map(str, v))) for k, v in parts.items()}
    )


@pytest.mark.parametrize("walled", [False, True])
def test_page_and_search_find_what_a_look_at_every_entry_finds(ada, alice, world, walled):
    if walled:
        make_wall(ada, Membership.objects.get(pk=alice.membership_id))
    filters = trail_list([]).filters
    order = order_of(Entry, "-occurred_at")
    every = list(entries_for(alice))

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(addresses(world))
    def compare(address):
        asked = asked_of(address)
        expected = [entry.pk for entry in looked_through(alice, asked)]
        narrowed = entries_for(alice)
        query = QueryDict(mutable=True)
        query.update(address)
        for one in filters:
            narrowed = one.narrow(narrowed, query)
        finder = finder_for(alice, asked)

        assert list(narrowed.order_by("-occurred_at", "-pk").values_list("pk", flat=True)) == expected
        if finder is not None:
            page = finder.page(order, None, backwards=False, most=20)
            assert list(page.order_by("-occurred_at", "-pk").values_list("pk", flat=True)) == expected[:20]
            assert finder.count(10) == min(10, len(expected))

    compare()
    assert len(every) > 150 or walled


def test_pages_lose_and_repeat_nothing_while_entries_arrive(world):
    asked = Asked(objects=tuple(world.things[:2]))
    before = looked_pks(asked)
    seen: list = []
    place = None

    for number in itertools.count():
        found = search(asked).newest(most=7, beyond=place)
        if not found:
            break
        seen += found
        last = Entry.objects.get(pk=found[-1])
        place = Place(last.occurred_at, last.pk)
        newer = Entry.objects.create(
            code="clients.client_changed",
            category="clients",
            occurred_at=now() + timedelta(minutes=number),
            domain=Domain.STAFF,
            payload={},
        )
        EntryTarget.objects.create(
            entry=newer, kind="clients.client", object_id=world.things[0], occurred_at=newer.occurred_at
        )
    back = search(asked).newest(most=7, beyond=place, descending=False)

    assert seen == before
    assert back == list(reversed(seen))[1:8]


def looked_pks(asked: Asked) -> list:
    return search(asked).newest(most=10_000)


def test_each_target_has_its_line_whoever_writes_it(alice):
    client = make_client(alice, name="Lined Ltd")
    entry = Entry.objects.about("clients.client", client.pk).get()

    line = TargetLine.objects.get(object_id=client.pk)

    assert (line.entry_id, line.code, line.category) == (entry.pk, entry.code, entry.category)
    assert (line.domain, line.user_id, line.occurred_at) == ("staff", alice.user_id, entry.occurred_at)


def test_the_page_says_what_narrows_it_and_costs_a_few_queries(alice_browser, world, queries):
    alice_browser.get(URL)
    address = {
        "object": str(world.things[0]),
        "outcome": "denied",
        "door": "staff",
        "who": str(world.people[0]),
    }

    with queries() as asked:
        page = alice_browser.get(URL, address).content.decode()

    assert "Carla’s Bakery" in page
    assert asked.count <= 15


def test_each_filter_stands_in_a_chip_that_takes_it_away(alice_browser, world):
    asked = {
        "who": f"token:{world.token}",
        "object": str(world.things[0]),
        "request_id": "req-1",
        "outcome": "done",
        "door": "token",
        "period": "90",
        "event": "clients.client_changed",
    }

    page = alice_browser.get(URL, asked).content.decode()

    assert page.count('class="chip-name"') == len(asked)


def test_ready_views_stand_above_the_trail_and_the_one_shown_is_marked(alice_browser):
    page = alice_browser.get(URL, {"outcome": "denied"}).content.decode()

    assert "Changes of power" in page
    assert page.count('aria-current="page">') >= 1
    assert "outcome=denied" in page


def test_other_rooms_get_counts_by_kind_and_outcome(alice, bob, world):
    since, before = now() - timedelta(days=41), now() + timedelta(days=1)

    found = public.counts(alice, since=since, before=before)

    assert (
        sum(one.entries for one in found)
        == Entry.objects.filter(occurred_at__gte=since, occurred_at__lt=before).count()
    )
    denied = sum(one.entries for one in found if one.outcome == "denied")
    codes = [*every_code("ledger.power_denied"), "files.file_quarantined"]
    assert denied == Entry.objects.filter(code__in=codes).count()
    with pytest.raises(Denied):
        public.counts(bob, since=since, before=before)
