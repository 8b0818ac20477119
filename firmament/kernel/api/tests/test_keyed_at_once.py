"""Keyed writes sent at the same moment, and one whose connection is cut, in transactions that really commit."""

import json
import os
import threading
import time

import pytest
from django.db import connections
from django.test import Client

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.fixtures import staff_actor

pytestmark = [pytest.mark.cluster, pytest.mark.urls("firmament.kernel.api.tests.addresses")]

CLONE = f"firmament_keyed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
URL = "/api/v1/teams"


def in_clone(work):
    """Run `work` in a thread whose connection goes to the clone; returns the thread and where its result will stand."""
    result = []

    def run():
        mine = connections["default"]
        mine.settings_dict = {**mine.settings_dict, "NAME": CLONE}
        try:
            result.append(work())
        finally:
            mine.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def done(pair, patience=30):
    pair[0].join(patience)
    assert not pair[0].is_alive()
    return pair[1][0]


@pytest.fixture
def secret(django_db_setup, django_db_blocker):
    cluster.clone(cluster.TEMPLATE, CLONE)

    def issue():
        with firm_transaction(Firm.objects.get(slug="acme").pk):
            alice = staff_actor("alice@acme.example")
            return issue_token(alice, name="Sync", scopes=["policies.*"], expires_at=None)[1]

    with django_db_blocker.unblock():
        yield done(in_clone(issue))
    cluster.drop(CLONE)


def send(secret, key, name):
    def call():
        client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
        headers = {"Idempotency-Key": key}
        answer = client.generic(
            "POST", URL, json.dumps({"name": name}), content_type="application/json", headers=headers
        )
        return answer.status_code, answer.content

    return in_clone(call)


def teams():
    def count():
        with firm_transaction(Firm.objects.get(slug="acme").pk):
            return sorted(Team.objects.values_list("name", flat=True))

    return done(in_clone(count))


def test_sixteen_at_once_are_one_write_and_sixteen_equal_answers(secret):
    for turn in range(5):
        sent = [send(secret, f"key-{turn}", f"Team {turn}") for _ in range(16)]
        answers = {done(pair) for pair in sent}

        assert len(answers) == 1
        assert next(iter(answers))[0] == 201
    assert teams() == [f"Team {turn}" for turn in range(5)]


def test_a_write_that_no_event_tells_of_is_an_error_of_ours(secret):
    _status, made = done(send(secret, "told", "Tax"))

    def rename():
        client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
        url = f"{URL}/{json.loads(made)['id']}"
        headers = {"If-Match": client.get(url)["ETag"]}
        answer = client.patch(url, '{"name": "Law"}', content_type="application/json", headers=headers)
        with firm_transaction(Firm.objects.get(slug="acme").pk):
            return answer.status_code, Entry.objects.latest("occurred_at").code

    assert done(in_clone(rename)) == (500, "ledger.request_failed")
    assert teams() == ["Tax"]


def test_a_write_that_was_cut_off_leaves_the_key_to_the_next(secret):
    with cluster.superuser(CLONE) as root:
        root.execute("BEGIN")
        root.execute("LOCK TABLE policies_team IN ACCESS EXCLUSIVE MODE")
        first = send(secret, "key", "Tax")
        victim = waiting(root, "policies_team")
        second = send(secret, "key", "Tax")
        time.sleep(0.3)
        root.execute("SELECT pg_terminate_backend(%s)", [victim])
        root.execute("COMMIT")

    assert done(first)[0] == 503
    assert done(second)[0] == 201
    assert teams() == ["Tax"]


def waiting(root, table):
    """The process that waits for the table, once there is one."""
    for _ in range(100):
        row = root.execute(
            "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
        ).fetchone()
        if row:
            return row[0]
        time.sleep(0.1)
    raise TimeoutError(table)
