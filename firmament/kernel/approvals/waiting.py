"""What waits for somebody's verdict: exactly what they may decide now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from firmament.kernel.approvals.models import Approval
from firmament.kernel.approvals.policy import ApprovalPolicy, approval_policies
from firmament.kernel.policies.decide import may, visible
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An approval as a list shows it. `name` is what the object is called, `title` what kind of thing it is."""

    approval: Approval
    title: str
    name: str
    url_name: str
    asked_by: str
    given: int

    @property
    def id(self) -> UUID:
        return self.approval.pk

    @property
    def object_id(self) -> UUID:
        return self.approval.object_id

    @property
    def number(self) -> int:
        return self.approval.version_number

    @property
    def asked_at(self) -> datetime:
        return self.approval.asked_at

    @property
    def due_on(self) -> date | None:
        return self.approval.due_on


def pending_for(actor: Actor) -> list[Waiting]:
    """What waits for this person, what is due first on top.

    They hold the kind's power for the object, neither wrote it nor asked (where that counts), have not answered yet,
    and it is still the latest content.
    """
    if actor.membership_id is None:
        return []
    rows = [row for policy in approval_policies() for row in _of_kind(actor, policy)]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.asked_at, row.id))


def asked_by(actor: Actor, *, limit: int = 50) -> list[Waiting]:
    """What this person asked for, the newest first, of what they may still see."""
    if actor.membership_id is None:
        return []
    rows = list(
        Approval.objects.visible_to(actor)
        .filter(asked_by_id=actor.membership_id)
        .annotate(given=_GIVEN)
        .order_by("-asked_at", "-id")[:limit]
    )
    by_kind: dict[str, list[Approval]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    found: dict[UUID, Waiting] = {}
    for policy in approval_policies():
        for line in _described(policy, by_kind[policy.kind], policy.model.objects.visible_to(actor)):
            found[line.id] = line
    return [found[row.pk] for row in rows if row.pk in found]


_GIVEN = Count("decisions", filter=Q(decisions__verdict="approve"))


def _of_kind(actor: Actor, policy: ApprovalPolicy) -> Iterator[Waiting]:
    if not may(actor, policy.power):
        return iter(())
    latest = policy.versions.objects.filter(subject_id=OuterRef("object_id")).order_by("-number")
    rows = (
        Approval.objects.pending()
        .filter(kind=policy.kind)
        .exclude(not_author=True, authors__contains=[actor.membership_id])
        .exclude(decisions__member_id=actor.membership_id)
        .annotate(given=_GIVEN, stands=Subquery(latest.values("number")[:1]))
        .order_by("asked_at", "id")
    )
    current = [row for row in rows if row.stands == row.version_number]
    decidable = policy.model.objects.filter(visible(actor, policy.power, policy.model))
    return _described(policy, current, decidable)


def _described(
    policy: ApprovalPolicy, approvals: Iterable[Approval], objects: "QuerySet[FirmModel]"
) -> Iterator[Waiting]:
    rows = list(approvals)
    if not rows:
        return
    things = objects.in_bulk([row.object_id for row in rows])
    people = {
        member.pk: member.user.name
        for member in Membership.objects.filter(pk__in={row.asked_by_id for row in rows}).select_related(
            "user"
        )
    }
    for row in rows:
        if row.object_id in things:
            yield Waiting(
                approval=row,
                title=str(policy.title),
                name=str(things[row.object_id]),
                url_name=policy.url_name,
                asked_by=people.get(row.asked_by_id, ""),
                given=row.given,  # type: ignore[attr-defined]  # annotated
            )
