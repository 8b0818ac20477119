"""What waits for somebody's verdict: exactly what they may decide now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.approvals.policy import ApprovalPolicy, approval_policies
from firmament.kernel.policies.decide import may, visible
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote beside their answer."""

    who: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An approval as a list shows it. `name` is what the object is called, `title` what kind of thing it is.

    said: what was written beside the answers; to whoever asked, and empty in the list of what still waits.
    """

    approval: Approval
    title: str
    name: str
    url_name: str
    asked_by: str
    given: int
    said: tuple[Said, ...] = ()

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
    waiting: dict[str, list[Approval]] = defaultdict(list)
    for row in (
        Approval.objects.pending()
        .exclude(not_author=True, authors__contains=[actor.membership_id])
        .exclude(decisions__member_id=actor.membership_id)
        .annotate(given=_GIVEN)
        .select_related("asked_by__user")
    ):
        waiting[row.kind].append(row)
    rows = [row for policy in approval_policies() for row in _decidable(actor, policy, waiting[policy.kind])]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.asked_at, row.id))


def asked_by(actor: Actor, *, limit: int = 50) -> list[Waiting]:
    """What this person asked for, the newest first, of what they may still see."""
    if actor.membership_id is None:
        return []
    rows = list(
        Approval.objects.visible_to(actor)
        .filter(asked_by_id=actor.membership_id)
        .annotate(given=_GIVEN)
        .select_related("asked_by__user")
        .order_by("-asked_at", "-id")[:limit]
    )
    by_kind: dict[str, list[Approval]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    found: dict[UUID, Waiting] = {}
    for policy in approval_policies():
        for line in _described(policy, by_kind[policy.kind], policy.model.objects.visible_to(actor)):
            found[line.id] = line
    said = _said(list(found))
    return [replace(found[row.pk], said=tuple(said[row.pk])) for row in rows if row.pk in found]


def _said(approvals: list[UUID]) -> dict[UUID, list[Said]]:
    words: dict[UUID, list[Said]] = defaultdict(list)
    rows = Decision.objects.filter(approval__in=approvals).exclude(comment="").order_by("decided_at", "id")
    for row in rows.select_related("member__user"):
        words[row.approval_id].append(Said(who=row.member.user.name, comment=row.comment))
    return words


_GIVEN = Count("decisions", filter=Q(decisions__verdict="approve"))


def _decidable(actor: Actor, policy: ApprovalPolicy, rows: list[Approval]) -> Iterator[Waiting]:
    """Of one kind's open questions those about the latest content, of objects that the actor may decide on."""
    if not rows or not may(actor, policy.power):
        return iter(())
    latest = dict(
        policy.versions.objects.filter(subject_id__in=[row.object_id for row in rows])  # type: ignore[misc]
        .order_by()
        .values_list("subject_id")
        .annotate(latest=Max("number"))
    )
    current = [row for row in rows if latest.get(row.object_id) == row.version_number]
    return _described(
        policy, current, policy.model.objects.filter(visible(actor, policy.power, policy.model))
    )


def _described(
    policy: ApprovalPolicy, approvals: Iterable[Approval], objects: "QuerySet[FirmModel]"
) -> Iterator[Waiting]:
    rows = list(approvals)
    if not rows:
        return
    things = objects.in_bulk([row.object_id for row in rows])
    for row in rows:
        if row.object_id in things:
            yield Waiting(
                approval=row,
                title=str(policy.title),
                name=str(things[row.object_id]),
                url_name=policy.url_name,
                asked_by=row.asked_by.user.name,
                given=row.given,  # type: ignore[attr-defined]  # annotated
            )
