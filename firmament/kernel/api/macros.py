"""Macros for programs: what there is, what would happen, doing it, taking it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Router
from pydantic import Field

from firmament.kernel.api.answers import dump
from firmament.kernel.api.operations import operation
from firmament.kernel.api.schemas import Exact, Out
from firmament.kernel.macros.actions import Outcome, preview_macro, run_macro, undo_macro
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.parsing import parse_steps
from firmament.kernel.macros.policies import Can
from firmament.kernel.macros.registry import all_steps
from firmament.kernel.macros.sources import Macro, macro_of, offers_for, target_of
from firmament.kernel.macros.things import kinds_for
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.web.requests import FirmRequest

router = Router(tags=["macros"])

Kind = Annotated[str, Field(max_length=80, description="What it is run from, such as `clients.client`.")]
Mark = Annotated[
    str,
    Field(max_length=64, description="The preview's: with it, exactly what was shown is done, or nothing."),
]


class TargetIn(Exact):
    """The thing that a macro is run from."""

    kind: Kind
    object_id: UUID


class RunIn(TargetIn):
    mark: Mark = ""


class ParamOut(Out):
    name: str
    label: str
    type: str
    required: bool


class StepOut(Out):
    """A step that a macro can have, and the kinds of things it can be run from."""

    code: str
    title: str
    kinds: list[str]
    params: list[ParamOut]


class StepList(Out):
    items: list[StepOut]


class MacroOut(Out):
    """A macro that the caller may use: the id of what its steps are written in, and the version."""

    id: UUID
    kind: str
    version: int
    title: str
    about: str
    steps: list[str]


class MacroList(Out):
    items: list[MacroOut]


class ForeseenOut(Out):
    position: int
    title: str
    outcome: Outcome
    sentence: str
    problem: str
    undoable: bool


class PreviewOut(Out):
    """`possible`: all of it could be done now. `mark` names exactly these changes."""

    possible: bool
    mark: str
    steps: list[ForeseenOut]


class StepRunOut(Out):
    position: int
    code: str
    sentence: str
    kind: str
    object_id: UUID
    before: dict[str, str]
    after: dict[str, str]


class MacroRunOut(Out):
    id: UUID
    title: str
    source_kind: str
    source_id: UUID
    source_number: int
    kind: str
    object_id: UUID
    member_id: UUID | None
    ran_at: datetime
    undone_at: datetime | None
    undone_by_id: UUID | None
    steps: list[StepRunOut]


@router.get("/steps", response=StepList)
@operation(Can.VIEW)
def list_steps(request: FirmRequest) -> HttpResponse:
    """Every step that the rooms offer to macros."""
    found = [
        {
            "code": step.code,
            "title": str(step.title),
            "kinds": [model._meta.label_lower for model in kinds_for([step])],
            "params": [
                {"name": one.name, "label": str(one.label), "type": str(one.type), "required": one.required}
                for one in step.params
            ],
        }
        for step in all_steps()
    ]
    return dump(StepList, {"items": found})


@router.get("", response=MacroList)
@operation(Can.RUN, problems={404: "There is no such thing, or none that the caller sees."})
def list_macros(request: FirmRequest, kind: Kind, object_id: UUID) -> HttpResponse:
    """The macros that can be run from a thing."""
    target = _target(request, kind, object_id)
    found = [
        {
            "id": offer.macro.source.id,
            "kind": offer.macro.source.kind,
            "version": offer.macro.source.number,
            "title": offer.macro.source.title,
            "about": offer.macro.about,
            "steps": [str(call.step.title) for call in offer.calls],
        }
        for offer in offers_for(request.actor, type(target))
    ]
    return dump(MacroList, {"items": found})


@router.post("/{uuid:pk}/preview", response=PreviewOut)
@operation(Can.RUN)
def preview(request: FirmRequest, pk: UUID, body: TargetIn) -> HttpResponse:
    """What would happen, step by step. Nothing of it stays."""
    macro, target = _macro(request, pk), _target(request, body.kind, body.object_id)
    found = preview_macro(request.actor, target, parse_steps(request.actor, macro.steps))
    return dump(PreviewOut, {"possible": found.possible, "mark": found.mark, "steps": found.steps})


@router.post("/{uuid:pk}/run", response={201: MacroRunOut})
@operation(Can.RUN)
def run(request: FirmRequest, pk: UUID, body: RunIn) -> HttpResponse:
    """All the steps, or none of them; 422 says which step cannot be done, and why."""
    macro, target = _macro(request, pk), _target(request, body.kind, body.object_id)
    calls = parse_steps(request.actor, macro.steps)
    done = run_macro(request.actor, target, calls, source=macro.source, mark=body.mark)
    return _answer(done, 201)


@router.get("/runs/{uuid:pk}", response=MacroRunOut)
@operation(Can.VIEW)
def get_run(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What a macro did."""
    return _answer(_run(request, pk))


@router.post("/runs/{uuid:pk}/undo", response=MacroRunOut)
@operation(Can.RUN)
def undo(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take it back: all of it, or nothing where somebody has changed the same since."""
    return _answer(undo_macro(request.actor, _run(request, pk)))


def _answer(run: MacroRun, status: int = 200) -> HttpResponse:
    names = [name for name in MacroRunOut.model_fields if name != "steps"]
    told = {name: getattr(run, name) for name in names}
    return dump(MacroRunOut, {**told, "steps": list(run.steps.order_by("position"))}, status=status)


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
    found: MacroRun | None = MacroRun.objects.visible_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
