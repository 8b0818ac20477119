"""Nobody meets what is hidden from them: every route, everybody who can knock, the places an id can go, in an order of dice.

`python -m bench.isolation` makes a million requests; here are as many as fit into a minute, of which the figure is printed.
"""

import logging

import pytest

from firmament.kernel.web.entrances import Door
from tests.isolating import PLACES, Findings, Prober, learn_forms, open_throttles, prepare, run

SECONDS = 45
ENOUGH = 1_000


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_no_answer_shows_tells_apart_or_changes_what_is_hidden(ada, alice, monkeypatch) -> None:
    open_throttles(monkeypatch.setattr)
    setting = prepare(ada, alice)
    prober = Prober()
    learn_forms(setting, prober)
    asked = setting.combinations()

    found: Findings = run(setting, prober, seed=20, requests=20_000, seconds=SECONDS)

    print(
        f"{found.requests} requests of {len(asked)} combinations of {len(setting.routes)} routes and"
        f" {len(setting.intruders)} intruders: {dict(sorted(found.answers.items()))}"
    )
    assert found.leaks == []
    assert found.faults == []
    assert {who.door for who, _route, _place in asked} == {Door.STAFF, Door.PORTAL, Door.API}
    assert {place for _who, _route, place in asked} == set(PLACES)
    assert found.requests >= ENOUGH
