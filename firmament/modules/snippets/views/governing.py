"""What is done to a snippet from its page: in use, approved, replaced, put away, shared, brought back."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.web.approval_pages import (
    ApprovalPages,
    approve_page,
    ask_page,
    send_back_page,
    withdraw_page,
)
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.history import version_asked_for
from firmament.kernel.web.links import go
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.share_pages import SharePages, share_page, take_back_page
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.snippets.actions.governing import (
    activate_snippet,
    archive_snippet,
    ask_approval,
    decide_snippet,
    deprecate_snippet,
    reinstate_snippet,
    unarchive_snippet,
    withdraw_request,
)
from firmament.modules.snippets.actions.sharing import share_snippet, unshare_snippet
from firmament.modules.snippets.actions.writing import restore_version
from firmament.modules.snippets.forms import ReplaceForm
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetVersion
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.reports.finding import usable_snippets
from firmament.modules.snippets.views.reading import detail, snippet_of

STEPS: dict[str, Callable[..., None]] = {
    "use": activate_snippet,
    "offer": reinstate_snippet,
    "archive": archive_snippet,
    "unarchive": unarchive_snippet,
}


def state_said(snippet: Snippet) -> str:
    """How it stands now."""
    return _("“%(title)s”: %(state)s.") % {"title": snippet.title, "state": snippet.get_state_display()}


APPROVAL = ApprovalPages(
    load=snippet_of,
    draw=detail,
    ask=ask_approval,
    withdraw=withdraw_request,
    decide=decide_snippet,
    said=state_said,
)
SHARING = SharePages(
    table=SnippetGrant,
    load=snippet_of,
    draw=detail,
    share=share_snippet,
    unshare=unshare_snippet,
)


@require_POST
@staff_page(Can.VIEW)
def step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """A step that needs no words."""
    snippet = snippet_of(request, pk)
    if step not in STEPS:
        raise Http404
    return _done(request, snippet, lambda: STEPS[step](request.actor, snippet))


@require_POST
@staff_page(Can.VIEW)
def ask(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Ask for approval of the latest version."""
    return ask_page(request, APPROVAL, pk)


@require_POST
@staff_page(Can.VIEW)
def withdraw(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take the question back."""
    return withdraw_page(request, APPROVAL, pk)


@require_POST
@staff_page(Can.APPROVE)
def approve(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Approve the version that was asked about, which puts it in use."""
    return approve_page(request, APPROVAL, pk)


@require_POST
@staff_page(Can.APPROVE)
def send_back(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Refuse it, and say what has to change."""
    return send_back_page(request, APPROVAL, pk)


@require_POST
@staff_page(Can.VIEW)
def replace(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Offer another one instead."""
    snippet = snippet_of(request, pk)
    form = ReplaceForm(request.POST, rows=usable_snippets(request.actor).exclude(pk=pk).order_by("title"))
    if form.is_valid():
        other = form.cleaned_data["replacement"]
        went, _n = form.carry_out(lambda: deprecate_snippet(request.actor, snippet, replacement=other))
        if went:
            toast(request, _("People are offered “%(title)s” instead.") % {"title": other.title})
            return go("snippets:snippet", pk=pk)
    return detail(request, snippet, open_dialog="replace", replace_form=form, status=422)


@require_POST
@staff_page(Can.VIEW)
def restore(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Bring an earlier version back, as a new one."""
    snippet = snippet_of(request, pk)
    number = version_asked_for(request, snippet, SnippetVersion).number
    return _done(request, snippet, lambda: restore_version(request.actor, snippet, number=number))


@require_POST
@staff_page(Can.VIEW)
def share(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Give it to a person or a team."""
    return share_page(request, SHARING, pk)


@require_POST
@staff_page(Can.VIEW)
def take_back(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a share back."""
    return take_back_page(request, SHARING, pk)


def _done(request: FirmRequest, snippet: Snippet, act: Callable[[], object]) -> HttpResponse:
    """Do it, and say so or why not, on the snippet's page."""

    def said() -> str:
        snippet.refresh_from_db()
        return state_said(snippet)

    carry_out(request, act, said)
    return go("snippets:snippet", pk=snippet.pk)
