"""What is declared, what is listed, and what fails the build."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.urls import include, path

from firmament.kernel.policies import powers
from firmament.kernel.policies.checks import check_policies
from firmament.kernel.policies.fields import resolve
from firmament.kernel.policies.inventory import doors, undeclared_entrances
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.matrix import declared_matrix, firm_matrix
from firmament.kernel.policies.models import Role, RolePower, Wall
from firmament.kernel.policies.open_models import unreached_models
from firmament.kernel.policies.powers import Power, declare, declare_house
from firmament.kernel.policies.provision import provision_roles, refresh_builtin_roles, refresh_every_firm
from firmament.kernel.policies.reference import in_words, page
from firmament.kernel.policies.rules import (
    all_of,
    any_of,
    client_granted,
    everyone,
    field_is,
    has_role,
    has_scope,
    in_team,
    not_,
    owns,
)
from firmament.kernel.policies.tests.worlds import Trial, declared
from firmament.kernel.tenancy.models import Firm


class Odd(Power):
    ONE = "odd.one"
    NAMELESS = "nameless"


def ids(problems: list[Any]) -> list[str]:
    return sorted(problem.id for problem in problems if "trials" in problem.msg or "odd" in problem.msg)


def test_every_table_hangs_on_a_client_or_says_why_not() -> None:
    assert unreached_models() == []


def test_the_house_passes_its_own_checks() -> None:
    assert check_policies() == []


def test_a_power_is_declared_once_and_as_room_dot_verb() -> None:
    with pytest.raises(ValueError, match="declared once"):
        declare(Can.VIEW_TEAMS, title="Again")
    with pytest.raises(ValueError, match=r"room\.verb"):
        declare(Odd.NAMELESS, title="No room")


@pytest.mark.parametrize(
    "wrong",
    [
        {"staff": has_scope("documents.list")},
        {"staff": client_granted("client_id", "documents.list")},
        {"client": has_role()},
        {"client": in_team("team_id")},
        {"client": client_granted("client_id", "documents.destroy")},
        {"roles": ("emperor",)},
    ],
)
def test_a_rule_that_could_never_hold_is_refused_when_declared(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"odd\.one"):
        declare(Odd.ONE, title="Odd", **wrong)


@pytest.mark.parametrize(
    "path_of_it",
    [
        "nothing",
        "reason__length",
        "team__boss",
        "policies.TeamMember(boss)__team",
        "no.Such(x)__y",
        "firm__x",
    ],
)
def test_a_rule_that_names_no_column_fails_the_check(path_of_it: str) -> None:
    with declared(owns(path_of_it)):
        assert ids(check_policies()) == ["policies.E002"]


def test_a_path_must_come_back_to_where_it_started() -> None:
    with pytest.raises(ImproperlyConfigured, match="come back"):
        resolve(Wall, "policies.TeamMember(team)__membership_id")


def test_powers_nobody_declared_are_found_beside_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powers, "_house", {})
    declare_house("odd.work", ["odd.never_declared"])

    assert ids(check_policies()) == ["policies.E005"]


def view(**declared: Any) -> Callable[..., None]:
    def answer(*args: Any) -> None: ...

    vars(answer).update(declared)
    return answer


def urls(*patterns: Any) -> Any:
    module = SimpleNamespace(urlpatterns=list(patterns))
    return module.urlpatterns


def test_an_entrance_without_a_power_or_a_reason_is_found() -> None:
    silent, open_, asks = view(), view(public_reason="a login page"), view(power=Can.VIEW_TEAMS)
    entrance = SimpleNamespace(power="", reason="healthy")
    operations = {"GET": SimpleNamespace(power="policies.view_teams"), "POST": SimpleNamespace(power="")}

    found = (
        path("silent/", silent),
        path("open/", open_),
        path("asks/", asks),
        path("health/", view(entrance=entrance)),
        path("inner/", include(([path("deep/", silent, name="deep")], "room"), namespace="room")),
        path("api/", view(entrances=operations)),
        path("twice/", view(power=[Can.VIEW_TEAMS, Can.VIEW_ROLES])),
    )

    assert undeclared_entrances(found) == ["POST /api/", "/inner/deep/", "/silent/"]
    assert {door.name for door in doors(found)} == {"", "room:deep"}
    assert [door.powers for door in doors(found) if door.route == "/twice/"] == [
        ("policies.view_teams", "policies.view_roles")
    ]


def test_an_operation_without_a_power_is_found() -> None:
    operation = SimpleNamespace(view_func=view(), methods=["DELETE"])
    fine = SimpleNamespace(view_func=view(power="policies.view_teams"), methods=["GET"])
    router = SimpleNamespace(path_operations={"/x": SimpleNamespace(operations=[operation, fine])})

    assert undeclared_entrances((), SimpleNamespace(_routers=[("/odd", router)])) == ["DELETE /odd/x"]


def test_the_roles_of_a_new_firm_are_what_the_rooms_declared(acme: Firm) -> None:
    assert [column.code for column in firm_matrix().columns] == [
        code for code, _n, _c in powers.BUILT_IN_ROLES
    ]
    there = {(room.code, row.power): row.roles for room in firm_matrix().rooms for row in room.rows}
    wanted = {(room.code, row.power): row.roles for room in declared_matrix().rooms for row in room.rows}
    assert there == wanted


def test_the_matrix_counts_people_and_shows_a_firm_s_own_roles(acme: Firm) -> None:
    own = Role.objects.create(code="trainee", name="Trainee")
    RolePower.objects.create(role=own, power=Can.VIEW_TEAMS)

    matrix = firm_matrix()

    assert [(c.code, c.people) for c in matrix.columns if c.code in ("partner", "trainee")] == [
        ("partner", 1),
        ("trainee", 0),
    ]
    row = next(row for room in matrix.rooms for row in room.rows if row.power == Can.VIEW_TEAMS)
    assert row.cells[-1] is True


def test_provisioning_twice_changes_nothing(acme: Firm) -> None:
    before = (Role.objects.count(), RolePower.objects.count())

    provision_roles()

    assert (Role.objects.count(), RolePower.objects.count()) == before


def test_a_new_release_brings_its_powers_to_the_built_in_roles(acme: Firm, ledger: Any) -> None:
    with declared(has_role()):
        assert refresh_builtin_roles() == ("firm_admin: trials.do", "partner: trials.do")
        assert refresh_builtin_roles() == ()

    assert ledger.codes() == ["policies.built_in_roles_refreshed"]
    assert RolePower.objects.filter(power=Trial.DO, role__code="partner").exists()


def test_the_page_lists_every_power_in_words() -> None:
    text = page()

    assert all(f"| `{declared.power}` |" in text for declared in powers.declarations())
    assert "| `policies.view_walls` | See ethical walls and their reasons *(sensitive)* | yes | yes |" in text


def test_a_rule_reads_as_a_phrase() -> None:
    rule = any_of(all_of(has_role(), not_(field_is("state", "draft", None))), owns("owner"), everyone())

    assert in_words(rule) == (
        "(a role that carries it and not (`state` is draft or empty)) or named in `owner` or everyone"
    )


def test_the_command_writes_the_page_and_notices_when_it_is_old(tmp_path: Path, settings: Any) -> None:
    settings.ROOT = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("permissions", "--check")

    call_command("permissions", "--write", stdout=StringIO())
    call_command("permissions", "--check")

    assert (tmp_path / "docs/reference/permissions.md").read_text().startswith("# Permissions")


def test_an_upgrade_gives_every_firm_what_it_lacks_and_tells_only_those(acme, globex):
    RolePower.objects.filter(role__code="partner", power="policies.raise_wall").delete()

    assert refresh_every_firm() == 1
    assert RolePower.objects.filter(role__code="partner", power="policies.raise_wall").exists()
    assert refresh_every_firm() == 0
