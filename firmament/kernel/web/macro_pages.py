"""Running macros from the page of a thing: choose, look ahead, run, read what was done, take it back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from firmament.kernel.ledger.kinds import model_of
from firmament.kernel.macros.actions import (
    Outcome,
    Preview,
    StepDenied,
    could_undo,
    preview_macro,
    run_macro,
    undo_macro,
)
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.parameters import Text
from firmament.kernel.macros.parsing import parse_steps
from firmament.kernel.macros.policies import Can
from firmament.kernel.macros.sources import Macro, macro_of, offers_for, target_of
from firmament.kernel.search.sources import source_of
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.middleware import note_denied
from firmament.kernel.web.page import page
from firmament.kernel.web.panels import drawn, panels_of
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import say_refusal, toast
from firmament.ui.shapes import Crumb
from firmament.ui.shell import Tone

SHOWN = 10
SAID: dict[str, tuple[Tone, Text]] = {
    Outcome.CHANGES: ("success", gettext_lazy("Will be done")),
    Outcome.NOTHING: ("neutral", gettext_lazy("Nothing to change")),
    Outcome.REFUSED: ("danger", gettext_lazy("Cannot be done")),
    Outcome.UNREACHED: ("neutral", gettext_lazy("Not reached")),
}
# Where another step stands in the way, none is done.
COULD: tuple[Tone, Text] = ("neutral", gettext_lazy("Could be done"))


@staff_page(Can.RUN)
@require_safe
def choose(request: FirmRequest, kind: str, pk: UUID) -> HttpResponse:
    """The macros that can be run from a thing, and what was run from it."""
    target = _target(request, kind, pk)
    context = {
        **_around(target),
        "offers": [
            {
                "title": offer.macro.source.title,
                "about": offer.macro.about,
                "steps": [(str(call.step.title), call.words(request.actor)) for call in offer.calls],
                "url": link("macros:look", kind=kind, pk=pk, macro=offer.macro.source.id),
            }
            for offer in offers_for(request.actor, type(target))
        ],
        "runs": runs_shown(request, kind=kind, object_id=pk),
    }
    return page(request, "web/macros.html", context)


@require_POST
@staff_page(Can.RUN)
def look(request: FirmRequest, kind: str, pk: UUID, macro: UUID) -> HttpResponse:
    """What would happen, step by step; nothing of it stays. A POST, because it is tried out."""
    target, found = _target(request, kind, pk), _macro(request, macro)
    try:
        preview = preview_macro(request.actor, target, parse_steps(request.actor, found.steps))
    except ValidationError as refused:
        say_refusal(request, refused)
        return go("macros:choose", kind=kind, pk=pk)
    return page(request, "web/macro_preview.html", _looked(target, found, preview))


def _looked(target: FirmModel, macro: Macro, preview: Preview) -> dict[str, Any]:
    kind = target._meta.label_lower
    choose_url = link("macros:choose", kind=kind, pk=target.pk)
    around = _around(target)
    return {
        **around,
        "crumbs": (*around["crumbs"], Crumb(label=_("Macros"), url=choose_url)),
        "macro": macro,
        "preview": preview,
        "steps": [
            {
                "step": step,
                "said": COULD
                if step.outcome == Outcome.CHANGES and not preview.possible
                else SAID[step.outcome],
            }
            for step in preview.steps
        ],
        "not_undoable": [step.title for step in preview.steps if not step.undoable],
        "choose_url": choose_url,
        "run_url": link("macros:run", kind=kind, pk=target.pk, macro=macro.source.id),
    }


@require_POST
@staff_page(Can.RUN)
def run(request: FirmRequest, kind: str, pk: UUID, macro: UUID) -> HttpResponse:
    """Do what was shown, or nothing."""
    target, found = _target(request, kind, pk), _macro(request, macro)

    def act() -> MacroRun:
        calls = parse_steps(request.actor, found.steps)
        mark = request.POST.get("mark", "")
        return run_macro(request.actor, target, calls, source=found.source, mark=mark)

    done = _tried(request, act)
    if done is None:
        return go("macros:choose", kind=kind, pk=pk)
    undo_url = link("macros:undo", pk=done.pk) if could_undo(request.actor, done) else None
    toast(request, _("“%(title)s” was run.") % {"title": done.title}, undo_url)
    return HttpResponseRedirect(_url_of(kind, pk), status=303)


@staff_page(Can.VIEW)
@require_safe
def record(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One run: from what, by whom, each step with what stood there before and after."""
    found = _run(request, pk)
    target = target_of(request.actor, found.kind, found.object_id)
    context = {
        **(_around(target) if target else {"crumbs": ()}),
        "run": found,
        "steps": [
            {"step": step, "changes": _changes(step.kind, step.before, step.after)}
            for step in found.steps.order_by("position")
        ],
        "may_undo": could_undo(request.actor, found),
        "undo_url": link("macros:undo", pk=pk),
        "source_url": _written_in(request, found),
        "panels": drawn(request, panels_of("macro_run_panels", request.actor, pk)),
    }
    return page(request, "web/macro_run.html", context)


@require_POST
@staff_page(Can.RUN)
def undo(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a run back, or say why it cannot be."""
    found = _run(request, pk)
    if _tried(request, lambda: undo_macro(request.actor, found)) is None:
        return go("macros:record", pk=pk)
    toast(request, _("“%(title)s” was taken back.") % {"title": found.title}, tone="info")
    return HttpResponseRedirect(_url_of(found.kind, found.object_id), status=303)


def runs_shown(request: FirmRequest, **about: object) -> list[dict[str, object]]:
    """The last runs from a thing, or of a macro, as a row each."""
    rows = MacroRun.objects.visible_to(request.actor).filter(**about).select_related("member__user")
    return [
        {
            "run": row,
            "url": link("macros:record", pk=row.pk),
            "steps": ngettext("%(n)s step", "%(n)s steps", row.steps.count()) % {"n": row.steps.count()},
        }
        for row in rows.prefetch_related("steps").order_by("-ran_at", "-pk")[:SHOWN]
    ]


def _tried(request: FirmRequest, act: Callable[[], MacroRun]) -> MacroRun | None:
    """What came of it; None where it was refused, and why was said. The refusals leave no trace but the saying."""
    try:
        return act()
    except StepDenied as denied:
        note_denied(request, denied)
        toast(request, denied.message, tone="warning")
    except ValidationError as refused:
        say_refusal(request, refused)
    return None


def _target(request: FirmRequest, kind: str, pk: UUID) -> FirmModel:
    target = target_of(request.actor, kind, pk)
    if target is None:
        raise Http404
    return target


def _macro(request: FirmRequest, pk: UUID) -> Macro:
    macro = macro_of(request.actor, pk)
    if macro is None:
        raise Http404
    return macro


def _run(request: FirmRequest, pk: UUID) -> MacroRun:
    rows = MacroRun.objects.visible_to(request.actor).select_related("member__user", "undone_by__user")
    found: MacroRun = get_object_or_404(rows, pk=pk)
    return found


def _written_in(request: FirmRequest, run: MacroRun) -> str:
    """The page of what the steps were written in, where the reader may see it and it is still there."""
    try:
        model: Any = model_of(run.source_kind)
    except LookupError:
        return ""
    source = model.objects.visible_to(request.actor).filter(pk=run.source_id).first()
    return str(source.get_absolute_url()) if hasattr(source, "get_absolute_url") else ""


def _around(target: FirmModel) -> dict[str, Any]:
    url = _url_of(target._meta.label_lower, target.pk)
    return {"target": target, "target_url": url, "crumbs": (Crumb(label=str(target), url=url),)}


def _url_of(kind: str, pk: UUID) -> str:
    """The thing's own page."""
    source = source_of(kind)
    return link(source.url, pk=pk) if source is not None else link("macros:choose", kind=kind, pk=pk)


def _changes(kind: str, before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    """What changed, by what people call it."""
    model: Any = model_of(kind)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [
        (
            str(fields[name].verbose_name) if name in fields else name,
            _words(fields.get(name), before[name]),
            _words(fields.get(name), after[name]),
        )
        for name in after
        if before[name] != after[name]
    ]


def _words(field: Any, value: str) -> str:
    """A value that a step remembered, as people read it."""
    if field is None or not value:
        return value
    if field.is_relation:
        return str(field.related_model.objects.filter(pk=value).first() or "")
    if isinstance(field, models.BooleanField):
        return _("Yes") if value == str(True) else _("No")
    return str(dict(field.flatchoices).get(value, value))
