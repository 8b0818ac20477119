"""Governing wording and sharing it, for programs."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router

from firmament.kernel.api.answers import empty
from firmament.kernel.api.approving import AskIn, Verdict, VerdictIn
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.sharing import SHARE, ShareIn, ShareOut, whom_of
from firmament.kernel.approvals.models import Approval
from firmament.kernel.policies.decide import visible
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.snippets.actions import governing, sharing
from firmament.modules.snippets.api.loading import answer, changeable_of, snippet_of
from firmament.modules.snippets.models import Snippet, SnippetGrant
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.schemas import ReplacementIn, SnippetOut

router = Router(tags=["snippets"])


@router.post("/{uuid:pk}/approval", response=SnippetOut)
@operation(Can.EDIT)
def ask_approval(request: FirmRequest, pk: UUID, body: AskIn) -> HttpResponse:
    """Ask somebody else to approve the latest version."""
    governing.ask_approval(request.actor, changeable_of(request, pk), note=body.note, due_on=body.due_on)
    return answer(request, pk)


@router.post("/{uuid:pk}/approval/{verdict}", response=SnippetOut)
@operation(Can.APPROVE)
def decide_approval(request: FirmRequest, pk: UUID, verdict: Verdict, body: VerdictIn) -> HttpResponse:
    """Approve the version that was asked about, or send it back with a comment."""
    snippet = snippet_of(request, pk)
    approval = get_object_or_404(Approval.objects.pending().about("snippets.snippet", snippet.pk))
    governing.decide_snippet(request.actor, snippet, approval, verdict=verdict, comment=body.comment)
    return answer(request, pk)


@router.post("/{uuid:pk}/deprecate", response=SnippetOut)
@operation(Can.EDIT)
def deprecate_snippet(request: FirmRequest, pk: UUID, body: ReplacementIn) -> HttpResponse:
    """active → deprecated, with what to use instead."""
    other = Snippet.objects.visible_to(request.actor).filter(pk=body.replacement_id).first()
    if other is None:
        raise ValidationError({"replacement_id": _("There is no such snippet.")}, code="unknown")
    governing.deprecate_snippet(request.actor, changeable_of(request, pk), replacement=other)
    return answer(request, pk)


@router.post("/{uuid:pk}/set/{step}", response=SnippetOut)
@operation(Can.EDIT)
def move_snippet(
    request: FirmRequest, pk: UUID, step: Literal["activate", "reinstate", "archive", "unarchive"]
) -> HttpResponse:
    """Put the latest version in use, offer a replaced one again, put it away, or bring it back."""
    steps: dict[str, Callable[..., None]] = {
        "activate": governing.activate_snippet,
        "reinstate": governing.reinstate_snippet,
        "archive": governing.archive_snippet,
        "unarchive": governing.unarchive_snippet,
    }
    steps[step](request.actor, changeable_of(request, pk))
    return answer(request, pk)


@router.get("/{uuid:pk}/shares", response=Page[ShareOut])
@operation(Can.VIEW)
def list_shares(request: FirmRequest, pk: UUID, limit: Limit = 50, cursor: Cursor = "") -> HttpResponse:
    rows = SnippetGrant.objects.visible_to(request.actor).filter(snippet=snippet_of(request, pk))
    return cursor_page(request, rows, SHARE, limit=limit, cursor=cursor, sort="created_at")


@router.post("/{uuid:pk}/shares", response={201: Page[ShareOut]})
@operation(Can.EDIT)
def share_snippet(request: FirmRequest, pk: UUID, body: ShareIn) -> HttpResponse:
    """Let a member or a team use, change or approve it. The answer is with whom it is shared now."""
    snippet = changeable_of(request, pk)
    sharing.share_snippet(request.actor, snippet, whom_of(body), level=body.level)
    rows = SnippetGrant.objects.visible_to(request.actor).filter(snippet=snippet)
    return cursor_page(request, rows, SHARE, limit=200, cursor="", sort="created_at")


@router.delete("/shares/{uuid:pk}", response={204: None})
@operation(Can.EDIT)
def take_share_back(request: FirmRequest, pk: UUID) -> HttpResponse:
    actor = request.actor
    theirs = visible(actor, Can.EDIT, SnippetGrant) | visible(actor, Can.MANAGE, SnippetGrant)
    rows = SnippetGrant.objects.filter(theirs).select_related("snippet", "membership__user", "team")
    sharing.unshare_snippet(actor, get_object_or_404(rows, pk=pk))
    return empty()
