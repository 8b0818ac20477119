"""A row's checks are asked about at once, and what is wrong is said as Django says it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from firmament.kernel.policies.models import Role, Wall
from firmament.lib.ids import uuid7


def said(validate) -> dict[str, list[str]]:
    try:
        validate()
    except ValidationError as error:
        return error.message_dict
    return {}


def role(**changed: object) -> Role:
    return Role(**{"code": "tester", "name": "Tester", **changed})


def wall(**changed: object) -> Wall:
    return Wall(**{"membership_id": uuid7(), "client_id": uuid7(), "reason": "Kin", **changed})


ROWS = {
    "a role that may be": role,
    "a role without a name": lambda: role(name=""),
    "cleared for what is not": lambda: role(clearance="cosmic", origin="x", built_in=True),
    "a code taken": lambda: role(code="partner"),
    "a wall that may be": wall,
    "nobody kept from nothing": lambda: wall(membership_id=None, client_id=None),
    "no reason": lambda: wall(reason=" "),
    "a text that cannot be kept": lambda: role(name="x\x00"),
}


@pytest.mark.parametrize("what", ROWS)
def test_what_is_wrong_is_said_as_django_says_it(what, alice) -> None:
    row = ROWS[what]()

    assert said(row.validate_constraints) == said(lambda: models.Model.validate_constraints(row))


def test_rows_that_may_not_be_are_refused(alice) -> None:
    refused = [what for what, make in ROWS.items() if said(make().validate_constraints)]

    assert refused == ["a role without a name", "cleared for what is not", "a code taken", *list(ROWS)[5:]]


def test_all_checks_are_one_question(alice) -> None:
    row = wall()
    with CaptureQueriesContext(connection) as captured:
        row.validate_constraints()

    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == 2, asked  # the checks, and whether the wall stands already


def test_a_field_left_out_is_left_out(alice) -> None:
    row = wall(reason=" ", membership_id=None)

    assert said(lambda: row.validate_constraints(exclude=["reason"])) == said(
        lambda: models.Model.validate_constraints(row, exclude=["reason"])
    )
    assert "Choose either a person or a team." in str(
        said(lambda: row.validate_constraints(exclude=["reason"]))
    )
