"""Writing a snippet: the form, one more language or field, and the check while typing."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.labels.tags import tag_names
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.languages import LANGUAGES
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.kernel.wording.vocabulary import vocabulary
from firmament.modules.snippets.actions.writing import (
    change_snippet,
    check_draft,
    create_snippet,
    may_change,
)
from firmament.modules.snippets.forms import SnippetForm
from firmament.modules.snippets.models import Snippet, SnippetTag, SnippetVersion
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.views.reading import crumbs, snippet_of
from firmament.ui.shapes import Crumb

EMPTY: dict[str, Any] = {
    "bodies": {"en": ""},
    "asked": [],
    "steps": [],
    "contexts": [Snippet.Context.EMAIL, Snippet.Context.MESSAGE],
    "reach": Snippet.Reach.PRIVATE,
}


@staff_page(Can.CREATE)
def create(request: FirmRequest) -> HttpResponse:
    """A new snippet."""
    language = request.firm.locale if request.firm.locale in LANGUAGES else "en"
    form = _form(request, {**EMPTY, "bodies": {language: ""}, "folder": request.GET.get("folder", "")})
    if form.is_valid():
        note = form.cleaned_data["note"]
        went, made = form.carry_out(lambda: create_snippet(request.actor, form.draft(), note=note))
        if went and made is not None:
            toast(request, _("“%(title)s” was saved as a draft.") % {"title": made.title})
            return go("snippets:snippet", pk=made.pk)
    return _draw(request, form, title=_("New snippet"), back_url=link("snippets:snippet_list"))


@staff_page(Can.VIEW)
def edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change how it is kept; a changed text is a new version."""
    snippet = snippet_of(request, pk)
    if not may_change(request.actor, snippet):
        toast(
            request,
            _("It is not yours to change. Ask its owner, or whoever looks after the library."),
            tone="warning",
        )
        return redirect(snippet)
    version = SnippetVersion.objects.latest_of(snippet)
    tags = tag_names(SnippetTag, snippet)
    form = _form(request, SnippetForm.values_of(snippet, version, tags))
    if form.is_valid():
        given = form.cleaned_data
        went, _n = form.carry_out(
            lambda: change_snippet(
                request.actor,
                snippet,
                form.draft(),
                based_on=given["based_on"],
                note=given["note"],
            )
        )
        if went:
            toast(request, _("Saved."))
            return go("snippets:snippet", pk=pk)
    way = (Crumb(label=snippet.title, url=snippet.get_absolute_url()),)
    return _draw(
        request,
        form,
        title=_("Change snippet"),
        back_url=link("snippets:snippet", pk=pk),
        snippet=snippet,
        way=way,
    )


def _form(request: FirmRequest, initial: dict[str, Any]) -> SnippetForm:
    """Filled in or empty; pressing “one more” draws what was typed again, and saves nothing."""
    teams = None if may(request.actor, Can.MANAGE) else authority_of(request.actor).team_ids
    if request.POST.get("more"):
        typed = SnippetForm.typed(request.POST)
        kept = {**initial, **typed, "key": initial.get("key", typed["key"])}
        return SnippetForm(actor=request.actor, initial=kept, team_ids=teams)
    return SnippetForm(sent(request), actor=request.actor, initial=initial, team_ids=teams)


def _draw(
    request: FirmRequest,
    form: SnippetForm,
    *,
    title: str,
    back_url: str,
    snippet: Snippet | None = None,
    way: tuple[Crumb, ...] = (),
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        submit=_("Save snippet"),
        back_url=back_url,
        crumbs=(*crumbs(), *way),
        template="snippets/snippet_form.html",
        vocabulary=vocabulary().items(),
        check_url=link("snippets:snippet_check"),
        checked=None,
        snippet=snippet,
    )


@require_POST
@staff_page(Can.CREATE)
def check(request: FirmRequest) -> HttpResponse:
    """What is wrong with what is being typed, in words; nothing is kept."""
    form = SnippetForm(request.POST, actor=request.actor, initial=EMPTY, team_ids=None)
    faults: list[str] = []
    if form.is_valid():
        try:
            draft = form.draft()
            check_draft(request.actor, draft)
        except ValidationError as refused:
            faults = refused.messages
    return page(request, "snippets/snippet_form.html#checked", {"checked": True, "faults": faults})
