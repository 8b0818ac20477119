"""What is not told is not committed, whatever happened to the transaction in between."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from firmament.kernel.ledger import evidence
from firmament.kernel.ledger.evidence import (
    added,
    becoming,
    changed,
    declare_evidence,
    problems,
    untold_changes,
)
from firmament.kernel.ledger.management.commands.audit_events import PLACE
from firmament.kernel.ledger.models import RowChange
from firmament.kernel.ledger.record import record
from firmament.kernel.ledger.reference import page
from firmament.kernel.policies.events import TeamCreated, TeamRenamed
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.at_once import Crowd, crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.lib.instant import now

REFUSED = "No event of this transaction tells of policies_team"


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("told") as made:
        yield made


def alice() -> Any:
    return staff_actor("alice@acme.example")


def tell(team: Team) -> None:
    record(alice(), TeamCreated(team_id=team.pk, name=team.name))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def names(committed: Crowd) -> set[str]:
    return committed.alone(lambda: set(Team.objects.values_list("name", flat=True)))


def test_a_row_that_is_saved_without_a_word_is_not_committed(committed: Crowd) -> None:
    with pytest.raises(ProgrammingError, match=REFUSED):
        committed.alone(lambda: Team.objects.create(name="Unsaid"))

    assert "Unsaid" not in names(committed)


def test_another_event_is_no_evidence(committed: Crowd) -> None:
    def work() -> None:
        team = Team.objects.create(name="Missaid")
        record(alice(), TeamRenamed(team_id=team.pk, before="", name=team.name))

    with pytest.raises(ProgrammingError, match=REFUSED):
        committed.alone(work)


def test_one_event_may_tell_of_many_rows(committed: Crowd) -> None:
    committed.alone(lambda: tell(Team.objects.bulk_create(Team(name=f"Many {n}") for n in range(3))[0]))

    assert {"Many 0", "Many 1", "Many 2"} <= names(committed)


def test_savepoints_are_one_transaction(committed: Crowd) -> None:
    """A savepoint has a number of its own; the change and its event do not."""

    def work() -> None:
        with transaction.atomic():
            tell(Team.objects.create(name="Outer"))
            with transaction.atomic():
                team = Team.objects.create(name="Inner")
        try:
            with transaction.atomic():
                tell(Team.objects.create(name="Undone"))
                raise KeyError
        except KeyError:
            pass
        with transaction.atomic():
            tell(team)

    committed.alone(work)

    assert {"Outer", "Inner"} <= names(committed) and "Undone" not in names(committed)


def test_an_event_that_was_rolled_back_tells_nothing(committed: Crowd) -> None:
    def work() -> None:
        team = Team.objects.create(name="Taken back")
        try:
            with transaction.atomic():
                tell(team)
                raise KeyError
        except KeyError:
            pass

    with pytest.raises(ProgrammingError, match=REFUSED):
        committed.alone(work)


@pytest.mark.parametrize("left", ["", "00000000-0000-0000-0000-000000000000"])
def test_at_commit_no_firm_need_be_set(committed: Crowd, left: str) -> None:
    def work(*, told: bool) -> None:
        team = Team.objects.create(name=f"Left in {left[:1]}")
        if told:
            tell(team)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.firm_id', %s, true)", [left])

    with pytest.raises(ProgrammingError, match=REFUSED):
        committed.alone(lambda: work(told=False))
    committed.alone(lambda: work(told=True))

    assert f"Left in {left[:1]}" in names(committed)


def test_another_firms_event_tells_nothing(committed: Crowd) -> None:
    def work() -> None:
        team = Team.objects.create(name="Elsewhere")
        with firm_transaction(Firm.objects.get(slug="globex").pk):
            record(staff_actor("gina@globex.example"), TeamCreated(team_id=team.pk, name=team.name))

    with pytest.raises(ProgrammingError, match=REFUSED):
        committed.alone(work)


def test_many_at_once_are_told_each(committed: Crowd) -> None:
    answers = committed.at_once(
        *(lambda n=n: tell(Team.objects.create(name=f"Crowd {n}")) for n in range(12))
    )

    assert answers == [None] * 12
    assert {f"Crowd {n}" for n in range(12)} <= names(committed)


def test_a_hand_on_the_database_is_let_through_and_shown(committed: Crowd) -> None:
    began = committed.alone(now)
    with cluster.superuser(committed.database) as root:
        me = root.info.user
        root.execute("UPDATE policies_role SET clearance = 'restricted' WHERE code = 'staff'")

    def ask() -> list[tuple[str, str, list[str]]]:
        rows = untold_changes(began)
        return list(rows.values_list("of_table", "session_role", "columns"))

    assert committed.alone(ask) == [("policies_role", me, ["clearance"])]
    # What is told later, by another transaction, tells nothing of it; and nobody takes it off the list.
    committed.alone(lambda: tell(Team.objects.create(name="Later")))
    assert len(committed.alone(ask)) == 1
    for statement in ("DELETE FROM ledger_untoldchange", "UPDATE ledger_untoldchange SET columns = '{}'"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            committed.alone(lambda statement=statement: run(statement))
    assert committed.alone(lambda: untold_changes(now()).count()) == 0


def test_what_was_erased_leaves_the_telling_as_it_was(committed: Crowd) -> None:
    """Whether a state is told hangs on the value; where that was erased, any event about the column counts."""

    def work() -> int:
        RowChange.objects.get(of_table="policies_portalgrant", operation="insert")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_rowvalue")
        return untold_changes().filter(session_role="firmament_app").count()

    assert committed.alone(work) == 0


def test_what_was_untold_before_it_was_kept_is_found_by_the_upgrade(committed: Crowd) -> None:
    """The same as the trigger finds, from the history alone; a second time adds nothing."""
    fill = import_module("firmament.kernel.ledger.migrations.0012_untold_before").fill
    with cluster.superuser(committed.database) as root:
        root.execute("UPDATE policies_role SET clearance = 'internal' WHERE code = 'staff'")
        kept = root.execute("SELECT change_id, columns FROM ledger_untoldchange ORDER BY 1").fetchall()
        root.execute("SET session_replication_role = replica")
        root.execute("DELETE FROM ledger_untoldchange")
        fill(None, SimpleNamespace(connection=root))
        found = root.execute("SELECT change_id, columns FROM ledger_untoldchange ORDER BY 1").fetchall()
        fill(None, SimpleNamespace(connection=root))
        again = root.execute("SELECT count(*) FROM ledger_untoldchange").fetchone()

    assert found == kept and kept
    assert again == (len(kept),)


def test_a_regulated_table_that_nobody_speaks_for_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [one for one in evidence._declared if one.model != "policies.Team"]
    monkeypatch.setattr(evidence, "_declared", kept)
    assert [
        sentence.partition(": nobody says which event tells of ")[2] for _code, sentence in problems()
    ] == [
        "insert.",
        "update.",
        "delete.",
        "a change of name.",
        "a change of archived_at.",
    ]

    declare_evidence("policies.Team", added(), changed("nmae", by=(TeamRenamed,)), becoming("name", "x"))
    declare_evidence("tenancy.Membership", added(TeamCreated))

    assert {code for code, _sentence in problems()} == {
        "ledger.E001",
        "ledger.E002",
        "ledger.E003",
        "ledger.E004",
    }


def test_the_page_of_events_is_up_to_date() -> None:
    assert (Path(settings.ROOT) / PLACE).read_text() == page(), "run manage.py audit_events --write"
