"""The firm's tags: what each is called, how much carries it, and putting them in order."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.labels.models import Tag, TagRemoval
from firmament.kernel.labels.policies import Can
from firmament.kernel.labels.tags import change_tag, delete_tag, merge_tags, tag_counts, undo_removal
from firmament.kernel.policies.decide import may
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.governance.forms import MergeForm, TagForm
from firmament.ui.shapes import Crumb


@require_http_methods(["GET", "HEAD"])
@staff_page(Can.VIEW)
def tags(request: FirmRequest) -> HttpResponse:
    """Every tag by name, with how many things carry it; `?unused=1` those that nothing carries."""
    rows = tag_counts(request.actor)
    unused = [row for row in rows if not row.things]
    only_unused = "unused" in request.GET
    context = {
        "rows": unused if only_unused else rows,
        "unused": len(unused),
        "only_unused": only_unused,
        "may_manage": may(request.actor, Can.MANAGE_TAGS),
    }
    return page(request, "governance/tags.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_TAGS)
def tag(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One tag; POST renames or colours it."""
    found = _seen(request, pk)
    form = TagForm(
        request.POST if request.method == "POST" else None,
        initial={"name": found.name, "colour": found.colour},
    )
    if form.is_bound and form.is_valid():
        went, changed = form.carry_out(lambda: change_tag(request.actor, found, **form.cleaned_data))
        if went and changed is not None:
            toast(request, _("The tag is called %(name)s now, everywhere.") % {"name": changed.name})
            return go("governance:tags")
    return _draw(request, found, form, _merge_form(request, found, bound=False))


@require_POST
@staff_page(Can.MANAGE_TAGS)
def tag_merge(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Let another tag stand for this one."""
    found = _seen(request, pk)
    form = _merge_form(request, found, bound=True)
    if form.is_valid():
        into = form.cleaned_data["into"]
        went, removal = form.carry_out(lambda: merge_tags(request.actor, found, into=into))
        if went and removal is not None:
            words = _("%(name)s was merged into %(into)s.") % {"name": found.name, "into": into.name}
            toast(request, words, link("governance:tag_undo", pk=removal.pk))
            return go("governance:tags")
    return _draw(request, found, TagForm(initial={"name": found.name, "colour": found.colour}), form)


@require_POST
@staff_page(Can.MANAGE_TAGS)
def tag_delete(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take it away from everything."""
    found = _seen(request, pk)
    removal = delete_tag(request.actor, found)
    toast(
        request, _("%(name)s was deleted.") % {"name": found.name}, link("governance:tag_undo", pk=removal.pk)
    )
    return go("governance:tags")


@require_POST
@staff_page(Can.MANAGE_TAGS)
def tag_undo(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Bring a deleted or merged tag back."""
    removal = get_object_or_404(TagRemoval.objects.visible_to(request.actor), pk=pk)
    try:
        back = undo_removal(request.actor, removal)
    except ValidationError as refused:
        toast(request, " ".join(refused.messages), tone="danger")
    else:
        toast(request, _("%(name)s is back.") % {"name": back.name})
    return go("governance:tags")


def _seen(request: FirmRequest, pk: UUID) -> Tag:
    found: Tag = get_object_or_404(Tag.objects.visible_to(request.actor), pk=pk)
    return found


def _merge_form(request: FirmRequest, found: Tag, *, bound: bool) -> MergeForm:
    others = Tag.objects.visible_to(request.actor).exclude(pk=found.pk).order_by("name", "id")
    return MergeForm(request.POST if bound else None, tags=others, prefix="merge")


def _draw(request: FirmRequest, found: Tag, form: TagForm, merge: MergeForm) -> HttpResponse:
    context = {
        "tag": found,
        "form": form,
        "merge": merge,
        "crumbs": (Crumb(label=_("Tags"), url=link("governance:tags")),),
    }
    return page(request, "governance/tag.html", context, status=422 if form.errors or merge.errors else 200)
