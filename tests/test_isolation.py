"""Nobody meets what is hidden from them: every route, everybody who can knock, the places an id can go, in an order of dice.

`python -m bench.isolation` makes a million requests; here are twenty thousand.
"""

import logging

import pytest

from firmament.kernel.identity.founding import join_firm
from firmament.kernel.ledger.models import EntryTarget
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.testing.database import own_clone
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web.entrances import Door
from firmament.modules.audit.reports.trail import entries_for, told_alone
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission
from tests.isolating import PLACES, Findings, open_throttles, ready, run

REQUESTS = 20_000
TRANSACTIONS = 10


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def own_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_clone("isolation"):
        yield


@pytest.mark.cluster
def test_no_answer_shows_tells_apart_or_changes_what_is_hidden(own_database, monkeypatch) -> None:
    open_throttles(monkeypatch.setattr)
    setting, prober = ready(forms=True)
    asked = setting.combinations()

    found = Findings()
    for seed in range(TRANSACTIONS):
        found.add(run(setting, prober, seed=seed, requests=REQUESTS // TRANSACTIONS))

    print(
        f"{found.requests} requests of {len(asked)} combinations of {len(setting.routes)} routes and"
        f" {len(setting.intruders)} intruders: {dict(sorted(found.answers.items()))}"
    )
    assert found.leaks == []
    assert found.faults == []
    assert {who.door for who, _route, _place in asked} == {Door.STAFF, Door.PORTAL, Door.API}
    assert {place for _who, _route, place in asked} == set(PLACES)
    assert found.requests >= REQUESTS


def test_a_reader_behind_a_wall_finds_no_file_of_the_client_in_the_trail(ada, alice) -> None:
    submission = make_submission(alice, item_of(make_request(alice)))
    member = join_firm(make_user("Wes", "wes@acme.example"), role="partner")
    wes = staff_actor("wes@acme.example")
    about = EntryTarget.objects.filter(kind="files.storedfile", object_id=submission.file_id).values(
        "entry_id"
    )
    before = entries_for(wes).filter(pk__in=about).count()

    raise_wall(ada, membership=member, client_id=carlas_bakery().pk, reason="Kin")

    assert before > 0
    assert entries_for(wes).filter(pk__in=about).count() == 0
    assert entries_for(alice).filter(pk__in=about).count() == before
    # Whatever else hangs on a client and is told of without it is kept back in the same way.
    assert {"files.storedfile", "approvals.approval", "macros.macrorun"} <= {
        model._meta.label_lower for model in told_alone()
    }
