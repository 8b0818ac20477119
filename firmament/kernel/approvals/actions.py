"""Asking, deciding, taking back. A room wraps them: require → decide → change the state → record, in one transaction.

Every one of them locks the object first and the approval second, as adding a version does, so that no version slips
in between the reading and the verdict.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.approvals.events import ApprovalAsked, ApprovalGiven, ApprovalRefused, ApprovalWithdrawn
from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.approvals.policy import approval_policy, kind_of
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.versions.actions import lock
from firmament.kernel.versions.models import VersionModel
from firmament.lib.instant import now

State = Approval.State
Verdict = Decision.Verdict


def ask(
    actor: Actor,
    *,
    kind: str,
    subject: FirmModel,
    version: VersionModel,
    authors: Collection[UUID],
    note: str = "",
    due_on: date | None = None,
) -> Approval:
    """Ask for approval of the latest version; an open question about an earlier one is overtaken.

    The room asks whether the actor may. Asking twice about the same content gives back the open question.
    ValidationError when `version` is no longer the latest.
    """
    policy = approval_policy(kind)
    assert actor.membership_id is not None, "approval is asked for by a member of the firm"
    lock(subject)
    _refuse_stale(policy.versions.objects.latest_of(subject), version.number, version.checksum)
    waiting = Approval.objects.pending().about(kind, subject.pk).select_for_update().first()
    if waiting and waiting.checksum == version.checksum and waiting.version_number == version.number:
        return waiting
    if waiting:
        _end(waiting, State.SUPERSEDED)
    approval: Approval = Approval.objects.create(
        kind=kind,
        object_id=subject.pk,
        version_number=version.number,
        checksum=version.checksum,
        asked_by_id=actor.membership_id,
        asked_at=now(),
        authors=sorted({*authors, actor.membership_id}, key=str),
        not_author=policy.not_author,
        needed=policy.needed,
        note=note,
        client_id=_client_of(subject),
        due_on=due_on,
    )
    record(actor, ApprovalAsked(**_facts(approval), note=note))
    return approval


def ask_about(actor: Actor, subject: FirmModel, *, note: str = "", due_on: date | None = None) -> Approval:
    """As `ask`, about what the subject says last; neither whoever wrote that nor whoever asks decides."""
    kind = kind_of(subject)
    version = approval_policy(kind).versions.objects.latest_of(subject)
    authors = [version.author_id] if version.author_id else []
    return ask(actor, kind=kind, subject=subject, version=version, authors=authors, note=note, due_on=due_on)


def decide(actor: Actor, approval: Approval, *, verdict: str, comment: str = "") -> Approval:
    """Say yes or no to exactly the content that was asked about; gives back the approval in its new state.

    Needs the kind's power for the object. ValidationError: the question is closed, the content has changed since,
    the actor wrote it or asked, has answered already, or refuses without a comment.
    """
    policy = approval_policy(approval.kind)
    subject = policy.model.objects.get(pk=approval.object_id)
    require(actor, policy.power, subject)
    assert actor.membership_id is not None, "a member of the firm decides"
    lock(subject)
    approval = _open(approval)
    _refuse_stale(policy.versions.objects.latest_of(subject), approval.version_number, approval.checksum)
    if approval.not_author and actor.membership_id in approval.authors:
        raise ValidationError(_("Somebody else has to decide: you wrote this, or asked."), code="author")
    if verdict == Verdict.REJECT and not comment.strip():
        raise ValidationError({"comment": _("Say what has to change.")}, code="comment")
    if approval.decisions.filter(member_id=actor.membership_id).exists():
        raise ValidationError(_("You have decided already."), code="decided")
    decision = Decision(
        approval=approval,
        member_id=actor.membership_id,
        verdict=verdict,
        comment=comment,
        checksum=approval.checksum,
        decided_at=now(),
    )
    decision.clean_fields(exclude=["approval", "member"])
    decision.save(force_insert=True)
    return _count(actor, approval, decision)


def withdraw(actor: Actor, approval: Approval) -> Approval:
    """Take the question back: who asked may, and whoever may decide. ValidationError when it is closed."""
    policy = approval_policy(approval.kind)
    subject = policy.model.objects.get(pk=approval.object_id)
    if actor.membership_id is None or actor.membership_id != approval.asked_by_id:
        require(actor, policy.power, subject)
    lock(subject)
    approval = _open(approval)
    _end(approval, State.WITHDRAWN)
    record(actor, ApprovalWithdrawn(**_facts(approval)))
    return approval


def is_approved(kind: str, object_id: UUID, checksum: str) -> bool:
    """Whether exactly this content of the object was approved, whenever that was."""
    return Approval.objects.filter(
        kind=kind, object_id=object_id, checksum=checksum, state=State.APPROVED
    ).exists()


def _count(actor: Actor, approval: Approval, decision: Decision) -> Approval:
    if decision.verdict == Verdict.REJECT:
        _end(approval, State.REJECTED)
        record(actor, ApprovalRefused(**_facts(approval), comment=decision.comment))
        return approval
    complete = approval.decisions.filter(verdict=Verdict.APPROVE).count() >= approval.needed
    if complete:
        _end(approval, State.APPROVED)
    record(actor, ApprovalGiven(**_facts(approval), comment=decision.comment, complete=complete))
    return approval


def _open(approval: Approval) -> Approval:
    found: Approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if found.state != State.PENDING:
        raise ValidationError(
            _("This question is closed: %(state)s."),
            code="closed",
            params={"state": found.get_state_display()},
        )
    return found


def _end(approval: Approval, state: Approval.State) -> None:
    approval.state, approval.decided_at = state, now()
    approval.save(update_fields=["state", "decided_at", "updated_at"])


def _refuse_stale(latest: VersionModel | None, number: int, checksum: str) -> None:
    if latest is None or latest.number != number or latest.checksum != checksum:
        raise ValidationError(
            _("It has changed: version %(asked)s was asked about, and version %(latest)s stands. Ask again."),
            code="stale",
            params={"asked": number, "latest": latest.number if latest else 0},
        )


def _client_of(subject: FirmModel) -> UUID | None:
    """The client the object hangs on, so that walls and the client's erasure reach the question too."""
    path = type(subject).client_path
    if not path:
        return None
    found: UUID | None = type(subject).objects.filter(pk=subject.pk).values_list(path, flat=True).first()
    return found


def _facts(approval: Approval) -> dict[str, Any]:
    return {
        "approval_id": approval.pk,
        "kind": approval.kind,
        "object_id": approval.object_id,
        "number": approval.version_number,
        "checksum": approval.checksum,
    }
