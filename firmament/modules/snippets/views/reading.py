"""One snippet: what it says, filled in; how it stands; its versions, and where it is contained."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firmament.kernel.labels.tags import tags_of
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.approval_pages import question_on
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.history import history_of
from firmament.kernel.web.languages import language_name
from firmament.kernel.web.links import link
from firmament.kernel.web.macro_pages import runs_shown
from firmament.kernel.web.page import page
from firmament.kernel.web.panels import drawn, panels_of
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.share_pages import shares_on
from firmament.kernel.web.step_forms import steps_in_words
from firmament.kernel.web.wording_pages import preview_of, words_of
from firmament.kernel.wording.errors import WordingError
from firmament.modules.clients.public import find_clients
from firmament.modules.snippets.actions.writing import may_change
from firmament.modules.snippets.forms import ReplaceForm
from firmament.modules.snippets.models import (
    Snippet,
    SnippetGrant,
    SnippetInclude,
    SnippetTag,
    SnippetVersion,
)
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.reports.finding import usable_snippets
from firmament.modules.snippets.reports.wording import wording_of
from firmament.modules.snippets.views.lists import TONES
from firmament.ui.shapes import Crumb

SHOWN = 10
CLIENTS = 200


def snippet_of(request: FirmRequest, pk: UUID) -> Snippet:
    """The snippet, or 404."""
    rows = Snippet.objects.visible_to(request.actor)
    rows = rows.select_related("owner__user", "team", "folder", "replacement")
    found: Snippet = get_object_or_404(rows, pk=pk)
    return found


def crumbs() -> tuple[Crumb, ...]:
    """The way to a snippet."""
    return (Crumb(label=_("Snippets"), url=link("snippets:snippet_list")),)


@require_safe
@staff_page(Can.VIEW)
def snippet_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The snippet at one glance."""
    return detail(request, snippet_of(request, pk))


@require_POST
@staff_page(Can.VIEW)
def preview(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Look at it filled in for a client, with values of one's own; nothing is noted as used."""
    return detail(request, snippet_of(request, pk))


def detail(
    request: FirmRequest, snippet: Snippet, *, open_dialog: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    """Its page; `forms` are those of its dialogs as they were sent and refused."""
    actor = request.actor
    context: dict[str, Any] = {
        "snippet": snippet,
        "tone": TONES[snippet.state],
        "crumbs": crumbs(),
        "meant_for": Snippet.Context.in_words(snippet.contexts),
        "languages": ", ".join(language_name(code) for code in snippet.locales),
        "tags": tags_of(SnippetTag, [snippet]).get(snippet.pk, []),
        "open_dialog": open_dialog,
        "panels": drawn(request, panels_of("snippet_panels", actor, snippet.pk)),
        **_preview(request, snippet),
        **_governing(actor, snippet),
        **_relations(actor, snippet),
        **_macro(request, snippet),
        "replace_form": ReplaceForm(
            None, rows=usable_snippets(actor).exclude(pk=snippet.pk).order_by("title")
        ),
        **forms,
    }
    return page(request, "snippets/snippet.html", context, status=status)


def _preview(request: FirmRequest, snippet: Snippet) -> dict[str, Any]:
    """The latest version as it reads; the form to look at it differently."""
    try:
        wording = wording_of(snippet, number=snippet.latest_number)
    except WordingError as refused:
        return {"fault": str(refused), "bodies": SnippetVersion.objects.latest_of(snippet).bodies}
    clients = [(str(card.id), card.name) for card in find_clients(request.actor, limit=CLIENTS)]
    return preview_of(request, wording, channel=snippet.contexts[0], clients=clients)


def _governing(actor: Actor, snippet: Snippet) -> dict[str, Any]:
    """What this person may do now, what waits for approval, and with whom it is shared."""
    changes = may_change(actor, snippet)
    standing = changes and snippet.state != Snippet.State.ARCHIVED
    new = standing and snippet.latest_number != snippet.active_number
    return {
        "may_change": standing,
        "may_unarchive": changes and not standing,
        "may_activate": new and not snippet.needs_approval,
        "may_replace": changes and snippet.state == Snippet.State.ACTIVE,
        "may_reinstate": changes and snippet.state == Snippet.State.DEPRECATED,
        **question_on(actor, snippet, latest=snippet.latest_number, may_ask=new and snippet.needs_approval),
        **shares_on(
            actor,
            snippet,
            SnippetGrant,
            share_url="snippets:snippet_share",
            take_back_url="snippets:share_take_back",
        ),
    }


def _macro(request: FirmRequest, snippet: Snippet) -> dict[str, Any]:
    """The follow-up steps of the latest version, and where they were run last."""
    steps = SnippetVersion.objects.latest_of(snippet).steps
    told, problem = steps_in_words(request.actor, steps)
    runs = runs_shown(request, source_id=snippet.pk) if steps else []
    return {"macro_steps": told, "macro_problem": problem, "runs": runs}


def _relations(actor: Actor, snippet: Snippet) -> dict[str, Any]:
    """What it contains and is contained in, and what happened."""
    contained = SnippetInclude.objects.filter(snippet=snippet, number=snippet.latest_number)
    containing = SnippetInclude.objects.current().filter(included=snippet)
    seen = Snippet.objects.visible_to(actor).order_by("title", "pk")
    return {
        "contains": list(seen.filter(pk__in=contained.values("included"))),
        "contained_in": list(seen.filter(pk__in=containing.values("snippet"))),
        "activity": activity("snippets.snippet", snippet.pk, limit=SHOWN),
    }


@require_safe
@staff_page(Can.VIEW)
def history(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Its versions: who, when, why, any two compared, and bringing one back."""
    snippet = snippet_of(request, pk)
    changes = may_change(request.actor, snippet) and snippet.state != Snippet.State.ARCHIVED
    shown = history_of(
        request,
        snippet,
        SnippetVersion,
        fields=words_of,
        restore_url=link("snippets:snippet_restore", pk=pk) if changes else "",
    )
    context = {
        "snippet": snippet,
        "history": shown,
        "crumbs": (*crumbs(), Crumb(label=snippet.title, url=snippet.get_absolute_url())),
    }
    return page(request, "snippets/snippet_history.html", context)
