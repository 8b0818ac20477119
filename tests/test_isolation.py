"""Nobody meets what is hidden from them: every route, everybody who can knock, the places an id can go, in an order of dice.

`python -m bench.isolation` makes a million requests; here are as many as fit into a minute, of which the figure is printed.
"""

import logging

import pytest

from firmament.kernel.identity.founding import join_firm
from firmament.kernel.ledger.models import EntryTarget
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web.entrances import Door
from firmament.modules.audit.reports.trail import entries_for, told_alone
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission
from tests.isolating import PLACES, Findings, Prober, learn_forms, open_throttles, prepare, run

SECONDS = 40
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
