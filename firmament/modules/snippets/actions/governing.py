"""Governing: from a draft to wording in use, to its replacement, to the archive."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.approvals.actions import ask_about, decide, is_approved, withdraw
from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.approvals.policy import kind_of
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.snippets.actions.nesting import refuse_if_contained
from firmament.modules.snippets.actions.writing import held_for_change, require_change
from firmament.modules.snippets.events import (
    SnippetActivated,
    SnippetArchived,
    SnippetDeprecated,
    SnippetUnarchived,
)
from firmament.modules.snippets.models import Snippet, SnippetInclude, SnippetQuerySet, SnippetVersion
from firmament.modules.snippets.policies import Can

State = Snippet.State


def ask_approval(actor: Actor, snippet: Snippet, *, note: str = "", due_on: date | None = None) -> Approval:
    """Ask somebody else to approve the latest version. What is in use stays so until they do."""
    snippet = held_for_change(actor, snippet)
    if snippet.active_number == snippet.latest_number:
        raise ValidationError(_("There is nothing new to approve."), code="nothing_new")
    approval = ask_about(actor, snippet, note=note, due_on=due_on)
    if snippet.state == State.DRAFT:
        Snippet.objects.filter(pk=snippet.pk).update(state=State.IN_REVIEW)
    return approval


def withdraw_request(actor: Actor, snippet: Snippet, approval: Approval) -> None:
    """Take the question back; a snippet that was never in use is a draft again."""
    require_change(actor, snippet)
    withdraw(actor, approval)
    Snippet.objects.filter(pk=snippet.pk, state=State.IN_REVIEW).update(state=State.DRAFT)


def withdraw_requests(actor: Actor, snippet: Snippet) -> None:
    """Take back whatever is asked about it."""
    for approval in Approval.objects.pending().about(kind_of(snippet), snippet.pk):
        withdraw_request(actor, snippet, approval)


def decide_snippet(
    actor: Actor, snippet: Snippet, approval: Approval, *, verdict: str, comment: str = ""
) -> None:
    """Approve the version that was asked about, which puts it in use, or send it back with a reason."""
    require(actor, Can.APPROVE, snippet)
    snippet = Snippet.objects.held(snippet)
    if snippet.state == State.ARCHIVED and verdict == Decision.Verdict.APPROVE:
        raise ValidationError(_("This snippet was put in the archive meanwhile."), code="archived")
    decided = decide(actor, approval, verdict=verdict, comment=comment)
    match decided.state:
        case Approval.State.APPROVED:
            _activate(actor, snippet, decided.version_number)
        case Approval.State.REJECTED:
            Snippet.objects.filter(pk=snippet.pk, state=State.IN_REVIEW).update(state=State.DRAFT)


def may_be_used(snippet: Snippet) -> bool:
    """Whether the latest version waits for nothing: neither for somebody's approval, nor for what it contains."""
    return not _lacks_approval(snippet) and not _idle_within(snippet, snippet.latest_number).exists()


def advance_snippet(actor: Actor, snippet: Snippet) -> None:
    """Put the latest version in use where that may be; where somebody must approve it first, ask for that."""
    if may_be_used(snippet):
        activate_snippet(actor, snippet)
    elif snippet.needs_approval:
        ask_approval(actor, snippet)


def activate_snippet(actor: Actor, snippet: Snippet) -> None:
    """Put the latest version in use, where nobody else need approve it, or exactly this content was approved before."""
    snippet = held_for_change(actor, snippet)
    if _lacks_approval(snippet):
        raise ValidationError(
            _("Clients may read this, so somebody other than its author must approve it first."),
            code="approval",
        )
    _activate(actor, snippet, snippet.latest_number)


def deprecate_snippet(actor: Actor, snippet: Snippet, *, replacement: Snippet) -> None:
    """Take a snippet out of the picker and say what to use instead. Texts that contain it go on working."""
    require_change(actor, snippet)
    require(actor, Can.VIEW, replacement)
    if replacement.state != State.ACTIVE or replacement.pk == snippet.pk:
        raise ValidationError({"replacement": _("Choose another snippet that is in use.")})
    replaced = Snippet.objects.filter(pk=snippet.pk, state=State.ACTIVE)
    if not replaced.update(state=State.DEPRECATED, replacement=replacement):
        raise ValidationError(_("Only a snippet in use can be replaced."), code="state")
    record(
        actor,
        SnippetDeprecated(
            snippet_id=snippet.pk,
            title=snippet.title,
            replacement_id=replacement.pk,
            replacement=replacement.title,
        ),
    )


def reinstate_snippet(actor: Actor, snippet: Snippet) -> None:
    """Undo a replacement: the snippet is offered again."""
    require_change(actor, snippet)
    snippet = Snippet.objects.held(snippet)
    if snippet.state != State.DEPRECATED or snippet.active_number is None:
        raise ValidationError(_("Only a snippet that was replaced can be offered again."), code="state")
    _activate(actor, snippet, snippet.active_number)


def archive_snippet(actor: Actor, snippet: Snippet) -> None:
    """Put a snippet away. Its key and its shortcut are free again; its history and its uses stay."""
    require_change(actor, snippet)
    refuse_if_contained(snippet)
    if Snippet.objects.standing().filter(pk=snippet.pk).update(state=State.ARCHIVED):
        record(actor, SnippetArchived(snippet_id=snippet.pk, title=snippet.title))


def unarchive_snippet(actor: Actor, snippet: Snippet) -> None:
    """Bring a snippet back as it was put away. Refused where its key or shortcut was given to another since."""
    require_change(actor, snippet)
    snippet = Snippet.objects.held(snippet)
    if snippet.state != State.ARCHIVED:
        return
    if snippet.active_number is None:
        snippet.state = State.DRAFT
    else:
        snippet.state = State.DEPRECATED if snippet.replacement_id else State.ACTIVE
    snippet.validate_constraints()
    snippet.save(update_fields=["state", "updated_at"])
    record(actor, SnippetUnarchived(snippet_id=snippet.pk, title=snippet.title))


def _activate(actor: Actor, snippet: Snippet, number: int) -> None:
    version = _version(snippet, number)
    idle = _idle_within(snippet, number)
    if idle.exists():
        keys = ", ".join(idle.values_list("key", flat=True))
        raise ValidationError(
            _("It contains snippets that are not in use yet: %(keys)s.") % {"keys": keys}, code="idle"
        )
    Snippet.objects.filter(pk=snippet.pk).update(
        state=State.ACTIVE, active_number=number, activated_at=now(), replacement=None
    )
    record(
        actor,
        SnippetActivated(
            snippet_id=snippet.pk, title=snippet.title, number=number, checksum=version.checksum
        ),
    )


def _lacks_approval(snippet: Snippet) -> bool:
    version = _version(snippet, snippet.latest_number)
    return snippet.needs_approval and not is_approved(kind_of(snippet), snippet.pk, version.checksum)


def _idle_within(snippet: Snippet, number: int) -> SnippetQuerySet:
    """What the version contains that is not in use yet."""
    contained = SnippetInclude.objects.filter(snippet=snippet, number=number)
    found: SnippetQuerySet = Snippet.objects.filter(pk__in=contained.values("included"), active_number=None)
    return found


def _version(snippet: Snippet, number: int) -> SnippetVersion:
    found: SnippetVersion = SnippetVersion.objects.get(subject=snippet, number=number)
    return found
