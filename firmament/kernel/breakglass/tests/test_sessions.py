"""What a session may become, who may make it so, and what the firm is told."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.breakglass.actions import (
    approve_session,
    ask_session,
    begin_session,
    close_session,
    end_by_firm,
    expire_session,
    open_in_emergency,
    refuse_session,
    review_session,
)
from firmament.kernel.breakglass.jobs import close_what_has_ended
from firmament.kernel.breakglass.models import Operator, Session, SessionLookup, State
from firmament.kernel.breakglass.operators import open_doors, operator_of, standing_of
from firmament.kernel.breakglass.tests.factories import (
    OLGA,
    OTTO,
    REASON,
    make_emergency,
    make_open,
    make_request,
    operator_actor,
)
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.messages.tests.peer import Peer, smtp_peer
from firmament.kernel.policies.authority import OperatorStanding, forget_authority
from firmament.kernel.policies.decide import Denied, allows
from firmament.kernel.policies.powers import Power, declarations, declare
from firmament.kernel.policies.rules import everyone, has_role
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.lib.instant import at, now


@pytest.fixture
def peer(settings) -> Iterator[Peer]:
    with smtp_peer() as found:
        settings.MAIL = found.url
        yield found


@pytest.fixture
def olga(acme):
    return operator_actor(OLGA)


@pytest.fixture
def otto(acme):
    return operator_actor(OTTO)


def refused(statement: str, *values: object) -> str:
    """The constraint that refuses a statement, written by hand as the application."""
    raises = pytest.raises((IntegrityError, ProgrammingError))
    with raises as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    diagnosis = caught.value.__cause__.diag
    return diagnosis.constraint_name or diagnosis.sqlstate


def test_a_second_operator_agrees_before_anything_opens(olga, otto, ledger):
    session = make_request()
    with pytest.raises(ValidationError):
        begin_session(olga, session)
    with pytest.raises(Denied):
        approve_session(olga, session)
    assert standing_of(olga.user_id).open is False

    approve_session(otto, session)
    begin_session(olga, session)

    assert standing_of(olga.user_id).open is True
    assert session.ends_at == session.opened_at + timedelta(minutes=60)
    assert ledger.codes() == [
        "breakglass.session_requested",
        "breakglass.session_approved",
        "breakglass.session_opened",
    ]
    assert {entry.domain for entry in ledger.entries()} == {"operator"}
    assert {entry.category for entry in ledger.entries()} == {"break_glass"}


def test_one_says_why_and_for_how_long_and_has_one_session_in_a_firm(olga):
    for wrong in (
        {"reason": "too short"},
        {"reason": " " * 40},
        {"ticket": " "},
        {"minutes": 241},
        {"minutes": 4},
    ):
        with pytest.raises(ValidationError):
            ask_session(olga, **{"reason": REASON, "ticket": "OPS-1", "minutes": 30, **wrong})
    assert Session.objects.count() == 0

    make_request()

    with pytest.raises(ValidationError, match="already"):
        open_in_emergency(olga, reason=REASON, ticket="OPS-2", minutes=30)
    assert Session.objects.count() == 1


def test_each_road_out_shuts_the_firm_at_once(olga, otto, ada, ledger):
    by_hand = close_session(olga, make_open())
    by_firm = end_by_firm(ada, make_emergency())
    by_time = make_emergency(minutes=5)
    with at(now() + timedelta(minutes=5)):
        assert standing_of(olga.user_id).open is False
        assert open_doors(Operator.objects.get(user=olga.user_id)) == []
        assert close_what_has_ended() == 1
        assert close_what_has_ended() == 0

    by_time.refresh_from_db()
    assert [one.closed_how for one in (by_hand, by_firm, by_time)] == ["hand", "firm", "time"]
    assert by_firm.closed_by_member_id == ada.membership_id
    assert by_time.closed_at == by_time.ends_at
    assert ledger.codes().count("breakglass.session_closed") == 3
    close_session(olga, by_hand)
    assert ledger.codes().count("breakglass.session_closed") == 3


def test_what_ran_out_before_the_worker_came_is_closed_by_the_next_session(olga):
    old = make_emergency(minutes=5)
    with at(now() + timedelta(minutes=7)):
        make_emergency()

    old.refresh_from_db()
    assert (old.state, old.closed_how) == (State.CLOSED, "time")


def test_what_nobody_begins_lapses_and_what_is_refused_or_withdrawn_never_opens(olga, otto):
    refused_one = refuse_session(otto, make_request())
    withdrawn = close_session(olga, make_request())
    lapsed = make_request()
    with at(now() + timedelta(hours=24)):
        expire_session(lapsed)

    assert [one.closed_how for one in (refused_one, withdrawn, lapsed)] == ["refused", "withdrawn", "lapsed"]
    with pytest.raises(ValidationError, match="Nothing was read"):
        review_session(otto, lapsed, verdict="justified", note="No.")


def test_only_what_has_ended_is_looked_over_once_and_by_somebody_else(olga, otto, ledger):
    session = make_emergency()
    with pytest.raises(ValidationError):
        review_session(otto, session, verdict="justified", note="Looked.")
    close_session(olga, session)
    with pytest.raises(Denied):
        review_session(olga, session, verdict="justified", note="My own.")
    with pytest.raises(ValidationError):
        review_session(otto, session, verdict="splendid", note="Looked.")

    review_session(otto, session, verdict="too_wide", note="The people page was not called for.")

    assert (session.state, session.reviewed_by.user.email) == (State.REVIEWED, OTTO)
    with pytest.raises(ValidationError):
        review_session(otto, session, verdict="justified", note="Again.")
    assert ledger.codes()[-1] == "breakglass.session_reviewed"


def test_the_database_refuses_what_the_actions_would(olga, otto, ada):
    """By hand, as the application: every rule holds without any of our code."""
    one = make_emergency()
    mine, other = one.operator_id, Operator.objects.get(user=otto.user_id).pk
    row = "UPDATE breakglass_session SET {} WHERE id = %s"

    for change, constraint in (
        ("state = 'requested', opened_at = NULL, ends_at = NULL", "session_steps"),
        ("reason = reason || '!'", "session_steps"),
        (
            "state = 'closed', closed_at = opened_at, closed_how = 'hand', ticket = 'x'",
            "session_keeps_what_stands",
        ),
        (
            "state = 'closed', closed_at = ends_at + interval '1 s', closed_how = 'time'",
            "session_ends_by_its_end",
        ),
        ("state = 'closed', closed_at = opened_at, closed_how = 'lapsed'", "session_says_how_it_ended"),
        ("state = 'closed', closed_at = opened_at, closed_how = 'firm'", "session_says_who_ended_it"),
        ("state = 'closed', ends_at = ends_at + interval '1 h'", "session_keeps_what_stands"),
    ):
        assert refused(row.format(change), one.pk) == constraint, change
    close_session(olga, one)
    review = (
        "state = 'reviewed', reviewed_at = closed_at, verdict = 'justified', note = 'n', reviewed_by_id = %s"
    )
    assert refused(row.format(review), mine, one.pk) == "session_reviewed_by_another"
    assert refused(row.format("state = 'open', closed_at = NULL, closed_how = ''"), one.pk) == "session_steps"
    assert refused("DELETE FROM breakglass_session WHERE id = %s", one.pk) == "42501"
    two = make_request()
    agree = "state = 'approved', approved_at = requested_at, approved_by_id = %s"
    assert refused(row.format(agree), mine, two.pk) == "session_approved_by_another"
    assert refused(row.format("state = 'open'"), two.pk) == "session_steps"
    with connection.cursor() as cursor:
        cursor.execute(row.format(agree), [other, two.pk])
    begin = "state = 'open', opened_at = now(), ends_at = now() + interval '{}'"
    assert refused(row.format(begin.format("5 h")), two.pk) == "session_ends_as_asked"
    copied = (
        "INSERT INTO breakglass_session SELECT (jsonb_populate_record(s, jsonb_build_object('id', uuidv7(), 'state', %s::text,"
        " 'minutes', %s::int))).* FROM breakglass_session s WHERE id = %s"
    )
    assert refused(copied, "closed", 60, one.pk) == "session_steps"
    close_session(olga, two)
    assert refused(copied, "requested", 300, make_request().pk) == "session_four_hours_at_most"
    assert refused("UPDATE breakglass_operator SET ended_at = NULL") == "42501"
    assert refused("UPDATE breakglass_sessionlookup SET state = 'open'") == "42501"


STEPS = {
    "ask": lambda people, session: make_request(),
    "emergency": lambda people, session: make_emergency(),
    "approve": lambda people, session: approve_session(people["second"], session),
    "approve_own": lambda people, session: approve_session(people["first"], session),
    "begin": lambda people, session: begin_session(people["first"], session),
    "close": lambda people, session: close_session(people["first"], session),
    "refuse": lambda people, session: refuse_session(people["second"], session),
    "firm": lambda people, session: end_by_firm(people["firm"], session),
    "expire": lambda people, session: expire_session(session),
    "review": lambda people, session: review_session(
        people["second"], session, verdict="justified", note="Looked."
    ),
    "review_own": lambda people, session: review_session(
        people["first"], session, verdict="justified", note="Looked."
    ),
}
ALLOWED = {
    None: {"requested", "open"},
    "requested": {"requested", "approved", "closed"},
    "approved": {"approved", "open", "closed"},
    "open": {"open", "closed"},
    "closed": {"closed", "reviewed"},
    "reviewed": {"reviewed"},
}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 180)), max_size=9))
def test_in_any_order_a_session_goes_forward_and_never_back(steps, olga, otto, ada):
    people = {"first": olga, "second": otto, "firm": ada}
    point = transaction.savepoint()
    time, session = now(), None
    before: dict[object, str] = {}
    for name, minutes in steps:
        time += timedelta(minutes=minutes)
        with at(time):
            if session is not None:
                session.refresh_from_db()
            try:
                with transaction.atomic():
                    if session is not None or name in ("ask", "emergency"):
                        session = STEPS[name](people, session)
            except (ValidationError, Denied):
                pass
            rows = list(Session.objects.all())
            assert sum(row.state in ("requested", "approved", "open") for row in rows) <= 1
            for row in rows:
                assert row.state in ALLOWED[before.get(row.pk)] or before.get(row.pk) is None
                before[row.pk] = row.state
                assert (
                    row.opened_at is None
                    or row.emergency
                    or row.approved_by_id not in (None, row.operator_id)
                )
                assert row.opened_at is None or row.ends_at - row.opened_at <= timedelta(hours=4)
                assert row.reviewed_by_id != row.operator_id
                assert SessionLookup.objects.get(pk=row.pk).state == row.state
            live = [row for row in rows if row.state == "open" and row.ends_at > now()]
            assert standing_of(olga.user_id).open is bool(live)
    transaction.savepoint_rollback(point)


def test_the_firms_administrators_are_told_at_once_and_at_the_end(olga, ada, alice, peer, run_jobs):
    session = make_open()
    run_jobs()

    [mail] = peer.mails
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "ada@acme.example"
    assert all(
        word in text for word in ("Olga Operator", "Otto Operator", REASON, "OPS-411", str(session.pk))
    )
    close_session(olga, session)
    run_jobs()
    assert [mail["To"].addresses[0].addr_spec for mail in peer.mails] == ["ada@acme.example"] * 2
    assert "0 pages were read" in peer.mails[1].get_body(("plain",)).get_content()


def test_another_firm_sees_nothing_of_it(acme, globex):
    make_open()

    with firm_transaction(globex.pk):
        assert Session.objects.count() == 0
        assert standing_of(User.objects.get(email=OLGA).pk).open is False


def test_a_session_gives_listed_reading_powers_and_nothing_else(olga):
    reading = {d.power for d in declarations() if d.operator is not None and d.needs_opening}
    assert {power for power in reading if allows(olga, power)} == set()

    make_open()

    assert {d.power for d in declarations() if d.needs_opening and allows(olga, d.power)} == reading
    assert all(power.startswith("operators.view_") for power in reading)


class Strange(Power):
    CHANGE = "strange.change"
    VIEW = "strange.view"


def test_no_power_that_writes_can_be_given_to_operators():
    with pytest.raises(ValueError, match="change nothing"):
        declare(Strange.CHANGE, title="x", operator=everyone())
    with pytest.raises(ValueError, match="neither"):
        declare(Strange.VIEW, title="x", operator=has_role())


def test_an_operator_belongs_to_no_firm_and_nobody_of_a_firm_is_one(acme):
    olga = User.objects.get(email=OLGA)

    with pytest.raises(IntegrityError, match="belongs to no firm"), transaction.atomic():
        join_firm(olga, role="staff")

    assert not Membership.objects.filter(user=olga).exists()


@pytest.mark.django_db(databases=["default", "owner"])
def test_operators_are_made_and_ended_by_commands_alone():
    said = StringIO()
    call_command("create_operator", "ole@platform.example", "Ole", stdout=said)
    assert "password" in said.getvalue()
    assert Operator.objects.using("owner").get(user__email="ole@platform.example").ended_at is None
    call_command("end_operator", "ole@platform.example", stdout=said)
    assert Operator.objects.using("owner").get(user__email="ole@platform.example").ended_at is not None
    with pytest.raises(CommandError, match="no operator"):
        call_command("end_operator", "ole@platform.example", stdout=said)
    with pytest.raises(CommandError, match="belongs to a firm"):
        call_command("create_operator", "alice@acme.example", "Alice", stdout=said)
    assert refused("INSERT INTO breakglass_operator SELECT * FROM breakglass_operator") == "42501"


def test_an_operator_who_was_ended_opens_agrees_and_reads_nothing(olga, otto):
    session, reading = make_request(), make_emergency(OTTO)
    name = connection.settings_dict["NAME"]
    end = "UPDATE breakglass_operator SET ended_at = {} WHERE user_id = %s"
    with cluster.superuser(name) as outside:
        outside.execute(end.format("now()"), [otto.user_id])
    forget_authority()
    try:
        assert standing_of(otto.user_id) == OperatorStanding(live=False, open=False)
        for act in (approve_session, refuse_session):
            with pytest.raises(Denied):
                act(otto, session)
        with pytest.raises(Denied):
            close_session(otto, reading)
        agree = "UPDATE breakglass_session SET state = 'approved', approved_at = now(), approved_by_id = %s WHERE id = %s"
        assert refused(agree, reading.operator_id, session.pk) == "session_by_operators_at_work"
    finally:
        with cluster.superuser(name) as outside:
            outside.execute(end.format("NULL"), [otto.user_id])


def test_an_account_that_is_switched_off_is_no_operator_at_the_next_question(olga):
    make_open()
    User.objects.filter(email=OLGA).update(is_active=False)

    assert operator_of(olga.user_id) is None
    assert standing_of(olga.user_id).open is False
