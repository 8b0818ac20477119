"""What an API operation declares, and the guard that stands before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.operation import Operation

from firmament.kernel.api.idempotency import HEADER, once
from firmament.kernel.api.parsing import check_content
from firmament.kernel.api.problems import Problem
from firmament.kernel.policies.decide import Denied, may
from firmament.kernel.web.entrances import Door, Entrance

Function = TypeVar("Function", bound=Callable[..., Any])

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An operation's entrance, whether it needs `If-Match`, and the further problem codes it may answer with."""

    entrance: Entrance
    if_match: bool = False
    problems: Mapping[int, str] | None = None


def operation(
    power: str,
    *,
    recorded_read: bool = False,
    if_match: bool = False,
    problems: Mapping[int, str] | None = None,
) -> Callable[[Function], Function]:
    """Declare the power an operation needs; one that declares none cannot be mounted.

    `if_match`: the operation calls `versions.check` and answers 412 and 428. `problems`: statuses of its
    own with a sentence each, for the document ({409: "The client is archived."}).
    """
    declared = Declared(
        entrance=Entrance(door=Door.API, power=power, recorded_read=recorded_read),
        if_match=if_match,
        problems=problems,
    )

    def decorate(function: Function) -> Function:
        function.declared = declared  # type: ignore[attr-defined]  # functions take attributes; mypy knows none
        return function

    return decorate


def declared_by(op: Operation) -> Declared | None:
    """What the operation's function declares."""
    found: Declared | None = getattr(op.view_func, "declared", None)
    return found


def guard(op: Operation, declared: Declared) -> None:
    """Put the guard before the operation: power, parameters it does not know, content, idempotency key."""
    run = op.run
    takes_body = any(model.__ninja_param_source__ == "body" for model in op.models)
    known = frozenset(
        name
        for model in op.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    )
    power = declared.entrance.power

    def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
        try:
            if not may(request.actor, power):  # type: ignore[attr-defined]  # set by the firm middleware
                raise Denied(power, f"{power}/entrance")
            if not known.issuperset(request.GET):
                raise _unknown(sorted(set(request.GET) - known))
            if takes_body:
                check_content(request)
            if HEADER in request.headers and request.method in WRITES:
                return once(request, lambda: run(request, **values))
        except Exception as error:
            return op.api.on_exception(request, error)
        return run(request, **values)

    op.run = guarded  # type: ignore[method-assign]


def _unknown(names: list[str]) -> Problem:
    # A filter misspelt and ignored would answer with everything.
    return Problem(
        422,
        "invalid",
        errors=[
            {"path": f"query/{name[:60]}", "code": "unknown", "message": "There is no such parameter."}
            for name in names[:20]
        ],
    )
