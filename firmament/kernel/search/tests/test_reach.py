"""Whatever the rule, the rows and the person: a search finds exactly what the person may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.checks import CheckMessage
from hypothesis import HealthCheck, event, given, settings

from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.decide import visible
from firmament.kernel.policies.models import Wall
from firmament.kernel.policies.rules import field_is, owns
from firmament.kernel.policies.tests.worlds import CLIENTS, Drawn, Trial, declared, drawn, undone, world
from firmament.kernel.search.checks import check_sources
from firmament.kernel.search.find import Mode, search
from firmament.kernel.search.indexing import index
from firmament.kernel.search.models import Entry
from firmament.kernel.search.sources import Page, Source, forget, keep
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership


def source(**details: Any) -> Source:
    """Walls, as if they were things to be found."""
    given: dict[str, Any] = {
        "owner": "membership_id",
        "team": "team_id",
        "facts": ("reason", "review_on", "lifted_at"),
        **details,
    }
    return Source(
        model="policies.Wall",
        label="Walls",
        power=Trial.DO,
        page=lambda wall: Page(title=f"common thing {wall.pk}"),
        events={},
        url="",
        **given,
    )


@contextmanager
def kept(source: Source) -> Iterator[Source]:
    keep(source)
    try:
        yield source
    finally:
        forget(source.kind)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn())
def test_a_search_finds_exactly_what_may_be_seen(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made, kept(source()) as walls:
        index(walls, Wall.objects.values_list("pk", flat=True))
        for actor in made.actors:
            allowed = set(Wall.objects.filter(visible(actor, Trial.DO, Wall)).values_list("pk", flat=True))
            inside = Entry.objects.filter(visible(actor, Trial.DO, Wall, holds=walls.holds), kind=walls.kind)
            found = search(actor, "common", kinds=[walls.kind], limit=100, mode=Mode.WORDS)

            # The condition itself is exact, before anything is read again.
            assert set(inside.values_list("object_id", flat=True)) == allowed, (actor.domain, drawn)
            assert {hit.object_id for hit in found} == allowed, (actor.domain, drawn)
            event(f"{actor.domain}: {'some' if allowed else 'none'}")


def test_what_the_index_knows_late_is_not_shown(acme: Firm, bob: Actor) -> None:
    with undone(), declared(owns("membership_id")), kept(source()) as walls:
        member = Membership.objects.get(pk=bob.membership_id)
        wall = Wall.objects.create(
            membership=member, client_id=CLIENTS[0], reason="x", lifted_at=acme.created_at, lifted_reason="y"
        )
        index(walls, [wall.pk])
        assert [hit.object_id for hit in search(bob, "common")] == [wall.pk]

        other = Membership.objects.get(user__email="alice@acme.example")
        Wall.objects.filter(pk=wall.pk).update(membership=other)
        forget_authority()

        assert search(bob, "common") == []


@pytest.mark.parametrize("missing", ["owner", "facts"])
def test_a_rule_the_index_cannot_answer_fails_at_start(acme: Firm, missing: str) -> None:
    rule = owns("membership_id") if missing == "owner" else field_is("reason", "public")
    with undone(), declared(rule), kept(source(**{missing: "" if missing == "owner" else ()})):
        told: list[CheckMessage] = check_sources()

    assert [message.id for message in told] == ["search.E002"]


def test_every_source_of_the_house_can_be_answered() -> None:
    assert check_sources() == []
