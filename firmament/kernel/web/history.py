"""A page of versions in a few lines: what there is, what changed between any two, and bringing one back.

    @staff_page(Can.VIEW)
    @require_safe
    def history(request: FirmRequest, pk: UUID) -> HttpResponse:
        snippet = get_object_or_404(Snippet.objects.visible_to(request.actor), pk=pk)
        restore = link("snippets:restore", pk=pk) if allows(request.actor, Can.EDIT, snippet) else ""
        shown = history_of(request, snippet, SnippetVersion, fields=words_of, restore_url=restore)
        return page(request, "snippets/history.html", {"snippet": snippet, "history": shown})

and in the template `<c-ui.versions :history="history" />`. `restore_url` takes a POST of `number`.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import Http404, QueryDict

from firmament.kernel.versions.models import VersionModel
from firmament.kernel.web.differences import compared, readable_content
from firmament.kernel.web.requests import FirmRequest
from firmament.ui.shapes import Comparison, History, VersionRow

SHOWN = 50
CHOICES = 200

Words = Callable[[Mapping[str, Any]], Mapping[str, str]]


def history_of(
    request: FirmRequest,
    subject: models.Model,
    model: type[VersionModel],
    *,
    fields: Words = readable_content,
    restore_url: str = "",
) -> History:
    """The versions of the subject that the reader may see, and what `?from=3&to=5` (else the last change) changed.

    `fields` gives a version's content as texts by their labels, in the room's own words. Three queries.
    """
    versions = model.objects.visible_to(request.actor).of(subject)
    latest = versions.values_list("number", flat=True).first() or 0
    before = _number(request.GET, "before")
    rows = list(
        (versions.filter(number__lt=before) if before else versions)
        .defer("content")
        .select_related("author__user")[: SHOWN + 1]
    )
    further = rows[:SHOWN][-1].number if len(rows) > SHOWN else 0
    pair = _pair(request.GET, latest)
    return History(
        rows=tuple(_row(version, latest) for version in rows[:SHOWN]),
        latest=latest,
        numbers=tuple(sorted({*range(latest, max(0, latest - CHOICES), -1), *(pair or ())}, reverse=True)),
        comparison=_compare(versions, pair, fields) if pair else None,
        restore_url=restore_url,
        older_url=f"?before={further}" if further else "",
        newest_url="?" if before else "",
    )


def version_asked_for(request: FirmRequest, subject: models.Model, model: type[VersionModel]) -> VersionModel:
    """The version that the Restore button of the history names; 404 when there is no such."""
    number = _number(request.POST, "number")
    found: VersionModel | None = (
        model.objects.visible_to(request.actor).of(subject).filter(number=number).first()
    )
    if found is None:
        raise Http404
    return found


def _row(version: Any, latest: int) -> VersionRow:
    return VersionRow(
        number=version.number,
        author=version.author.user.name if version.author else "",
        at=version.created_at,
        note=version.note,
        restored_from=version.restored_from or 0,
        latest=version.number == latest,
        changes_url="?" + urlencode({"from": version.number - 1, "to": version.number})
        if version.number > 1
        else "",
    )


def _pair(asked: QueryDict, latest: int) -> tuple[int, int] | None:
    """The two to compare: those asked for, else the last two."""
    after = min(_number(asked, "to") or latest, latest)
    before = min(_number(asked, "from") or after - 1, latest)
    return (before, after) if before > 0 and after > 0 else None


def _compare(versions: "models.QuerySet[Any]", pair: tuple[int, int], fields: Words) -> Comparison | None:
    contents = dict(versions.filter(number__in=pair).values_list("number", "content"))
    if not contents.keys() >= set(pair):
        return None
    before, after = pair
    return Comparison(
        before=before, after=after, fields=compared(fields(contents[before]), fields(contents[after]))
    )


def _number(asked: QueryDict, name: str) -> int:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
