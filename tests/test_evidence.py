"""Nothing regulated happens without its event: one story in which everything happens that the rooms declare.

Each step commits for itself, through the action. Then its changes are taken back by a superuser and made again by hand,
as the application and without the event: the database refuses each of them.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.types.json import Jsonb

from firmament.kernel.identity.founding import found_firm, join_firm
from firmament.kernel.ledger.events import event_class
from firmament.kernel.ledger.evidence import (
    possible_operations,
    problems,
    regulated_models,
    rules,
    transitions,
    untold_changes,
)
from firmament.kernel.policies import actions, lending, reviews, roles
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.lending import lendable_powers
from firmament.kernel.policies.models import Delegation, PortalGrant, Role, Team, Wall
from firmament.kernel.policies.provision import refresh_builtin_roles
from firmament.kernel.policies.renames import carry_over_renamed_powers
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.evidence_rules import EvidenceRule
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing import cluster
from firmament.kernel.testing.at_once import Crowd, crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import bin_client, purge_client
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.documents.actions import requests, review, submissions
from firmament.modules.documents.actions.requests import ItemDraft
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.tests.factories import carla_actor, pdf
from firmament.modules.engagements.actions import discard_draft
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement
from tests.evidence_chapters import duties, looking_in

pytestmark = pytest.mark.cluster

WITNESSED = """
SELECT DISTINCT r.of_table, r.operation, r.column_name, r.becomes, r.code
FROM ledger_rowchange c JOIN ledger_rowvalue v ON v.change_id = c.id
JOIN ledger_evidence r ON r.of_table = c.of_table AND r.operation = c.operation
    AND (r.column_name = '' OR r.column_name = ANY (c.columns))
    AND (r.becomes IS NULL OR r.becomes = coalesce(v.value -> 'after' ->> r.column_name, ''))
JOIN ledger_entry e ON e.firm_id = c.firm_id AND e.transaction_id = c.transaction_id
    AND e.transaction_at = c.occurred_at AND e.code = r.code
WHERE c.transaction_id = ANY (%s)
"""
CHANGES = """
SELECT c.transaction_id, c.firm_id, c.of_table, c.operation, c.row_id, c.columns, v.value -> 'before', v.value -> 'after'
FROM ledger_rowchange c JOIN ledger_rowvalue v ON v.change_id = c.id
WHERE c.session_role = 'firmament_app' AND c.id > %s ORDER BY c.id
"""
NEWEST = "SELECT coalesce(max(id::text), '00000000-0000-0000-0000-000000000000')::uuid FROM ledger_rowchange"


@dataclass(frozen=True, slots=True)
class Made:
    """One change of one row that a step made."""

    transaction: int
    firm: Any
    table: str
    operation: str
    row: Any
    columns: list[str]
    before: dict[str, str | None] | None
    after: dict[str, str | None] | None

    def statement(self, *, back: bool) -> tuple[str, list[Any]]:
        """Make it again, or take it back."""
        stands = self.before if back else self.after
        if stands is None:
            return f"DELETE FROM {self.table} WHERE id = %s", [self.row]
        given = Jsonb({k: json.loads(v) if v and v.startswith("[") else v for k, v in stands.items()})
        record = f"jsonb_populate_record(NULL::{self.table}, %s)"
        if self.operation != "update":
            return f"INSERT INTO {self.table} SELECT * FROM {record}", [given]
        names = ", ".join(f'"{name}"' for name in self.columns)
        return f"UPDATE {self.table} SET ({names}) = (SELECT {names} FROM {record}) WHERE id = %s", [
            given,
            self.row,
        ]


@dataclass
class Story:
    """What happened, and how the database answered to the same without an event."""

    crowd: Crowd
    root: "psycopg.Connection[tuple[Any, ...]]"
    app: "psycopg.Connection[tuple[Any, ...]]"
    made: list[tuple[str, Made]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    refused: int = 0

    def step(self, work: Callable[[], object]) -> None:
        """Do it, and everything it did once more by hand."""
        (before,) = self.root.execute(NEWEST).fetchone()  # type: ignore[misc]
        self.crowd.alone(work)
        made = [Made(*row) for row in self.root.execute(CHANGES, [before]).fetchall()]
        assert made, f"{work.__name__} changes nothing that is regulated"
        self.made += [(work.__name__, one) for one in made]
        with self.root.transaction():
            self.root.execute("SET LOCAL session_replication_role = replica")
            for one in reversed(made):
                self.root.execute(*one.statement(back=True))
        for one in made:
            self.by_hand(work.__name__, one)
            with self.root.transaction():
                self.root.execute("SET LOCAL session_replication_role = replica")
                self.root.execute(*one.statement(back=False))

    def by_hand(self, name: str, one: Made) -> None:
        try:
            with self.app.transaction():
                self.app.execute("SELECT set_config('app.firm_id', %s, true)", [str(one.firm)])
                assert self.app.execute(*one.statement(back=False)).rowcount == 1
        except psycopg.errors.RaiseException as error:
            assert (error.diag.constraint_name, error.diag.table_name) == ("row_told", one.table)
            self.refused += 1
        else:
            self.passed.append(f"{name}: {one.table}, {one.operation} {one.columns}")


def ada() -> Actor:
    return staff_actor("ada@acme.example")


def alice() -> Actor:
    return staff_actor("alice@acme.example")


def bob() -> Membership:
    return Membership.objects.select_related("user").get(user__email="bob@acme.example")


def clerk() -> Role:
    return Role.objects.get(origin="staff")


def roles_and_people(story: Story) -> None:
    def copy() -> None:
        roles.copy_role(ada(), Role.objects.get(code="staff"), name="Clerk")

    def change() -> None:
        kept = roles.powers_of_role(clerk()) - {"clients.view"} | {"audit.view"}
        roles.change_role(ada(), clerk(), name="Scribe", clearance="internal", powers=kept)

    def found() -> None:
        found_firm(name="Initech", slug="initech", admin=make_user("Ines", "ines@initech.example"))

    def come_back() -> None:
        join_firm(bob().user, role="billing")

    story.step(copy)
    story.step(change)
    story.step(lambda: actions.assign_role(ada(), bob(), clerk()))
    story.step(lambda: actions.revoke_role(ada(), bob(), clerk()))
    story.step(lambda: roles.delete_role(ada(), clerk()))
    story.step(lambda: roles.restore_role(ada(), clerk()))
    story.step(found)
    story.root.execute(
        "UPDATE tenancy_membership SET state = 'deactivated', deactivated_at = now() WHERE user_id ="
        " (SELECT id FROM identity_user WHERE email = 'bob@acme.example')"
    )
    story.step(come_back)


def releases(story: Story) -> None:
    acme = "(SELECT id FROM tenancy_firm WHERE slug = 'acme')"
    story.root.execute(
        f"DELETE FROM policies_rolepower p USING policies_role r WHERE r.id = p.role_id AND r.firm_id = {acme}"
        " AND (r.code = 'read_only' OR (r.origin = 'staff' AND p.power = 'engagements.view'))"
    )
    story.root.execute(f"DELETE FROM policies_role WHERE code = 'read_only' AND firm_id = {acme}")
    story.root.execute(
        "INSERT INTO policies_rolepower (id, firm_id, role_id, power, created_at, updated_at)"
        " SELECT uuidv7(), firm_id, id, 'clients.view_engagements', now(), now() FROM policies_role"
        " WHERE origin = 'staff'"
    )
    story.step(carry_over_renamed_powers)
    story.step(refresh_builtin_roles)


def teams_and_loans(story: Story) -> None:
    def tax() -> Team:
        return Team.objects.get(name__startswith="Tax")

    def lend() -> None:
        lender = Membership.objects.select_related("user").get(pk=alice().membership_id)
        power = sorted(lendable_powers(authority_of(alice())))[0]
        until = now() + timedelta(days=1)
        lending.lend_powers(
            alice(),
            lender=lender,
            borrower=bob(),
            powers=[power],
            starts_at=now(),
            ends_at=until,
            reason="Away",
        )

    story.step(lambda: actions.create_team(alice(), name="Tax"))
    story.step(lambda: actions.rename_team(alice(), tax(), name="Tax and law"))
    story.step(lambda: actions.add_to_team(alice(), tax(), bob()))
    story.step(lambda: actions.remove_from_team(alice(), tax(), bob()))
    story.step(lambda: actions.archive_team(alice(), tax()))
    story.step(lambda: actions.restore_team(alice(), tax()))
    story.step(lend)
    story.step(lambda: lending.take_back(alice(), Delegation.objects.get()))


def grants_and_walls(story: Story) -> None:
    def grant() -> PortalGrant:
        return PortalGrant.objects.latest("created_at")

    def wall() -> Wall:
        return Wall.objects.latest("created_at")

    def let_in() -> None:
        user = make_user("Dora", f"dora{Client.objects.count()}@client.example")
        actions.grant_portal(alice(), user=user, client_id=newest_client().pk, scopes=[Scope.DOCUMENTS_LIST])

    def newest_client() -> Client:
        return Client.objects.latest("created_at")

    def keep_out() -> None:
        actions.raise_wall(alice(), membership=bob(), client_id=newest_client().pk, reason="Conflict")

    def wider() -> None:
        until = now() + timedelta(days=9)
        actions.change_portal_scopes(alice(), grant(), scopes=[Scope.DOCUMENTS_UPLOAD], expires_at=until)

    def look() -> None:
        reviews.review_wall(alice(), wall(), note="Still", review_on=now().date() + timedelta(days=9))

    def draft() -> None:
        engagement = make_engagement(alice(), carlas_bakery(), started=False, title="Never agreed")
        actions.raise_wall(alice(), membership=bob(), engagement_id=engagement.pk, reason="Conflict")

    def gone() -> None:
        assert purge_client(Actor.system("clients.empty_bin"), newest_client())

    story.crowd.alone(lambda: make_client(alice(), name="Short-lived"))
    story.step(let_in)
    story.step(keep_out)
    story.step(wider)
    story.step(lambda: actions.revoke_portal(alice(), grant()))
    story.step(look)
    story.step(lambda: actions.lift_wall(alice(), wall(), reason="Over"))
    story.crowd.alone(lambda: bin_client(alice(), newest_client()))
    story.root.execute(
        "UPDATE clients_client SET deleted_at = now() - interval '1 year' WHERE name = 'Short-lived'"
    )
    story.step(gone)
    story.step(draft)
    story.step(lambda: discard_draft(alice(), Engagement.objects.get(title="Never agreed")))


def asking(story: Story) -> None:
    def draft() -> None:
        due, items = now().date() + timedelta(days=9), (ItemDraft(title="Anything"),)
        requests.draft_request(alice(), carlas_bakery().pk, title="Papers", due_on=due, items=items)

    def change() -> None:
        items = (
            ItemDraft(title="Statements", files_needed=2),
            ItemDraft(title="Journal"),
            ItemDraft(title="Letter"),
        )
        requests.change_request(
            alice(),
            request(),
            items=items,
            title="The papers",
            note="Please",
            due_on=now().date() + timedelta(days=8),
            remind=False,
            engagement_id=Engagement.objects.get(client=carlas_bakery()).pk,
        )

    story.step(draft)
    story.step(lambda: requests.cancel_request(alice(), request(), reason="Twice"))
    story.step(draft)
    story.step(change)
    story.step(lambda: requests.send_request(alice(), request()))


def request() -> DocumentRequest:
    return DocumentRequest.objects.latest("created_at")


def item(position: int) -> RequestItem:
    return RequestItem.objects.select_related("request__client").get(request=request(), position=position)


def file() -> Submission:
    return Submission.objects.latest("created_at")


def handing_in(story: Story) -> None:
    def hand_in(position: int = 0) -> None:
        def submit() -> None:
            uploaded = pdf("paper.pdf", str(Submission.objects.count()).encode())
            submissions.submit_file(carla_actor(alice().firm_id), item(position), uploaded)

        story.step(submit)

    def clear() -> None:
        submissions.clear_submission(Actor.system("documents.take_in_clean_file"), file())

    def stop() -> None:
        submissions.quarantine_submission(Actor.system("documents.stop_flagged_file"), file())

    def accept() -> None:
        review.accept_submission(alice(), file())

    hand_in()
    story.step(clear)
    story.step(accept)
    hand_in()
    story.step(stop)
    hand_in()
    story.step(clear)
    story.step(lambda: review.reject_submission(alice(), file(), reason="Unreadable"))
    hand_in()
    story.step(clear)
    story.step(lambda: submissions.withdraw_submission(carla_actor(alice().firm_id), file()))
    hand_in()
    story.step(clear)
    story.step(accept)
    story.step(lambda: review.waive_item(alice(), item(1), reason="Not this year"))
    story.step(lambda: review.reopen_item(alice(), item(1)))
    story.step(lambda: review.waive_item(alice(), item(1), reason="Not this year"))
    hand_in(2)
    story.step(clear)
    story.step(accept)


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[Story]:
    parts = urlsplit(os.environ["FIRMAMENT_APP_DATABASE_URL"])
    with django_db_blocker.unblock(), crowd("evidence") as made:
        url = urlunsplit(parts._replace(path=f"/{made.database}"))
        with cluster.superuser(made.database) as root, psycopg.connect(url, autocommit=True) as app:
            told = Story(made, root, app)
            for chapter in (
                roles_and_people,
                releases,
                teams_and_loans,
                grants_and_walls,
                asking,
                handing_in,
                duties,
                looking_in,
            ):
                chapter(told)
            yield told


def test_everything_that_is_declared_happens_through_an_action(story: Story) -> None:
    ids = [one.transaction for _name, one in story.made]
    witnessed = {EvidenceRule(*row) for row in story.root.execute(WITNESSED, [ids]).fetchall()}

    present = {rule for rule in rules() if rule.code == getattr(event_class(rule.code), "code", "")}
    assert sorted(map(str, present - witnessed)) == [], "declared, and no step of the story shows it"


def test_none_of_it_happens_without_its_event(story: Story) -> None:
    assert story.passed == []
    assert story.refused == len(story.made) > 60


def test_what_the_superuser_took_back_and_made_again_is_shown_as_told_by_nobody(story: Story) -> None:
    def ask() -> tuple[set[str], int]:
        return set(untold_changes().values_list("session_role", flat=True)), untold_changes(now()).count()

    hands, later = story.crowd.alone(ask)
    assert hands == {story.root.info.user}
    assert later == 0


@pytest.mark.parametrize("model", regulated_models(), ids=lambda model: model._meta.label)
def test_each_regulated_table_says_what_tells_of_each_operation(model: Any) -> None:
    declared = {one.operation for one in transitions() if one.model == model._meta.label}

    assert set(possible_operations(model)) - declared == set()


def test_the_declarations_are_whole() -> None:
    assert list(problems()) == []
