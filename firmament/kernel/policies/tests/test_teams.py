"""Teams: naming them, putting them away, and that a wall never falls by it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from firmament.kernel.policies.actions import (
    add_to_team,
    archive_team,
    create_team,
    lift_wall,
    raise_wall,
    rename_team,
    restore_team,
)
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.models import Team, Wall
from firmament.kernel.policies.tests.test_actions import CLIENT, member


def test_an_archived_team_gives_its_members_nothing_until_it_is_back(alice, bob, ledger) -> None:
    team = create_team(alice, name="Tax")
    add_to_team(alice, team, member(bob))

    archive_team(alice, team)
    archive_team(alice, team)
    away = authority_of(bob).team_ids
    restore_team(alice, team)
    restore_team(alice, team)

    assert away == frozenset()
    assert authority_of(bob).team_ids == {team.pk}
    assert ledger.codes() == [
        "policies.team_created",
        "policies.team_member_added",
        "policies.team_archived",
        "policies.team_restored",
    ]


def test_renaming_to_what_it_is_called_writes_nothing_and_a_taken_name_is_refused(alice, ledger) -> None:
    tax, _law = create_team(alice, name="Tax"), create_team(alice, name="Law")
    ledger.forget()

    rename_team(alice, tax, name=" Tax ")
    with pytest.raises(ValidationError, match="already a team of this name"):
        rename_team(alice, tax, name="Law")
    rename_team(alice, tax, name="Taxes")

    assert ledger.codes() == ["policies.team_renamed"]
    assert sorted(Team.objects.values_list("name", flat=True)) == ["Law", "Taxes"]


def test_a_team_is_not_archived_behind_a_wall(ada, alice, ledger) -> None:
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, member(alice))
    wall = raise_wall(ada, team=team, client_id=CLIENT, reason="Conflict")
    ledger.forget()

    with pytest.raises(ValidationError, match="Lift it first"):
        archive_team(ada, team)
    with pytest.raises(Denied):
        archive_team(alice, team)
    assert ledger.codes() == []
    assert Team.objects.standing().filter(pk=team.pk).exists()

    lift_wall(ada, wall, reason="Sold")
    archive_team(alice, team)


def test_no_wall_is_raised_against_an_archived_team_and_nobody_joins_it(ada, bob) -> None:
    team = archive_team(ada, create_team(ada, name="Tax"))

    with pytest.raises(ValidationError, match="Bring it back first"):
        raise_wall(ada, team=team, client_id=CLIENT, reason="Conflict")
    with pytest.raises(ValidationError, match="Bring it back first"):
        add_to_team(ada, team, member(bob))

    assert not Wall.objects.exists()


def test_the_database_itself_refuses_an_archived_team_behind_a_wall(ada) -> None:
    team = create_team(ada, name="Tax")
    wall = raise_wall(ada, team=team, client_id=CLIENT, reason="Conflict")
    lift_wall(ada, wall, reason="Sold")
    other = raise_wall(ada, team=create_team(ada, name="Law"), client_id=CLIENT, reason="Conflict")
    archive_team(ada, team)

    for statement in (
        f"UPDATE policies_team SET archived_at = now() WHERE id = '{other.team_id}'",
        f"UPDATE policies_wall SET lifted_at = NULL WHERE id = '{wall.pk}'",
        f"UPDATE policies_wall SET team_id = '{team.pk}' WHERE id = '{other.pk}'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_who_may_not_manage_teams_changes_none(alice, bob, ledger) -> None:
    team = create_team(alice, name="Tax")
    ledger.forget()

    for attempt in (
        lambda: rename_team(bob, team, name="Mine"),
        lambda: archive_team(bob, team),
        lambda: restore_team(bob, team),
    ):
        with pytest.raises(Denied):
            attempt()

    assert Team.objects.standing().get().name == "Tax"
    assert ledger.codes() == []
