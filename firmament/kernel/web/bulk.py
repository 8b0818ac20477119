"""One thing done to many rows: first how many it would touch, then it is done, then a way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.events import BulkActionDone
from firmament.kernel.web.filters import as_uuid
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.lib.ids import uuid7

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage

Text = str | Promise

# All in one transaction, so that it is done or not done; more would hold locks too long.
MAX_ROWS = 500
SHOWN = 12
_SESSION = "bulk_undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the preview asks before it is done: one of the firm's own things, or nobody where `none_label` is given."""

    label: Text
    options: Callable[[Actor], Iterable[tuple[UUID, str]]]
    none_label: Text = ""

    def offered(self, actor: Actor) -> list[tuple[str, str]]:
        """Values and words."""
        nobody = [("none", str(self.none_label))] if self.none_label else []
        return nobody + [(str(pk), label) for pk, label in self.options(actor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """Something a list can do to the rows chosen.

    `run(actor, row)` is a room's action: it checks the power, changes and records. With a `choice` it is
    `run(actor, row, value)`, the value an id or "none"; `remember(row)` then says, before, which value takes it
    back. A row it refuses (ValidationError) is left out and said so. `question` asks ("Archive them?"), `done(12)` says what was done
    ("12 clients archived"). `undo` is the key of the action that takes it back; `offered=False` for one that is
    only such a way back.
    """

    key: str
    label: Text
    power: str
    run: Callable[..., object]
    question: Text
    done: Callable[[int], str]
    icon: str = "check"
    danger: bool = False
    undo: str = ""
    offered: bool = True
    choice: Choice | None = None
    remember: Callable[[Any], str] | None = None
    # A further power that does as well for a row, such as that of whoever looks after all of them.
    or_power: str = ""

    def able(self, actor: Actor, row: Any) -> bool:
        """Whether the actor may do it to this row."""
        return allows(actor, self.power, row) or bool(self.or_power and allows(actor, self.or_power, row))


def answer(
    request: FirmRequest, form: "ListPage", rows: "QuerySet[Any]", narrowed: "QuerySet[Any]"
) -> HttpResponse:
    """Preview, then do; or undo what was done last."""
    if "undo" in request.GET:
        return _undo(request, form, rows)
    action = _action(form, request.POST.get("bulk", ""))
    if action is None or not may(request.actor, action.power):
        return error_page(request, 403)
    if request.POST.get("all") == "yes":
        chosen = list(narrowed.order_by("pk")[: MAX_ROWS + 1])
    else:
        ids = [pk for pk in map(as_uuid, request.POST.getlist("selected")) if pk is not None]
        chosen = list(rows.filter(pk__in=ids[: MAX_ROWS + 1]).order_by("pk"))
    if not chosen:
        toast(request, _("Choose at least one row first."), tone="warning")
        return _back(request)
    if len(chosen) > MAX_ROWS:
        toast(
            request, _("At most %(n)d rows at once. Narrow the list first.") % {"n": MAX_ROWS}, tone="warning"
        )
        return _back(request)
    offered = action.choice.offered(request.actor) if action.choice is not None else []
    value = request.POST.get("choice", "")
    known = action.choice is None or value in dict(offered)
    if request.POST.get("confirmed") != "yes" or not known:
        return _preview(request, form, action, chosen, offered)
    return _do(request, form, action, chosen, value)


def _action(form: "ListPage", key: str) -> BulkAction | None:
    return next((action for action in form.bulk if action.key == key), None)


def _preview(
    request: FirmRequest,
    form: "ListPage",
    action: BulkAction,
    chosen: Sequence[Any],
    offered: Sequence[tuple[str, str]],
) -> HttpResponse:
    able = [row for row in chosen if action.able(request.actor, row)]
    return page(
        request,
        "web/bulk.html",
        {
            "list": form,
            "action": action,
            "counted": form.counted(len(able)),
            "names": [str(row) for row in able[:SHOWN]],
            "further": max(0, len(able) - SHOWN),
            "refused": len(chosen) - len(able),
            "ids": [str(row.pk) for row in able],
            "choices": offered,
            "action_url": request.get_full_path(),
        },
    )


def _do(
    request: FirmRequest, form: "ListPage", action: BulkAction, chosen: Sequence[Any], value: str
) -> HttpResponse:
    before = {str(row.pk): action.remember(row) for row in chosen} if action.remember else {}
    values = {str(row.pk): value for row in chosen} if action.choice else {}
    done, reasons = _run(request.actor, action, chosen, values)
    if done:
        record(
            request.actor,
            BulkActionDone(list=form.name, action=action.key, done=len(done), left=len(chosen) - len(done)),
        )
    undo_url = _remember(request, form, action, done, before)
    if done:
        toast(request, action.done(len(done)), undo_url)
    for reason in reasons[:3]:
        toast(request, reason, tone="warning")
    return _back(request)


def _run(
    actor: Actor, action: BulkAction, chosen: Sequence[Any], values: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The ids of what was done, and each reason for which something was not, once."""
    done: list[str] = []
    reasons: dict[str, None] = {}
    for row in chosen:
        try:
            with transaction.atomic():
                action.run(actor, row, *([values[str(row.pk)]] if values else []))
        except ValidationError as error:
            reasons |= dict.fromkeys(str(message) for message in error.messages)
        except PermissionDenied:
            reasons[_("Some of them are not yours to change; they were left as they are.")] = None
        else:
            done.append(str(row.pk))
    return done, list(reasons)


def _remember(
    request: FirmRequest,
    form: "ListPage",
    action: BulkAction,
    done: Sequence[str],
    before: Mapping[str, str],
) -> str:
    """Keep in the session what to take back; the address under which it can be, or nothing."""
    if not action.undo or not done:
        return ""
    name = uuid7().hex
    request.session[_SESSION] = {
        "name": name,
        "list": form.name,
        "action": action.undo,
        "ids": list(done),
        "values": {pk: value for pk, value in before.items() if pk in set(done)},
    }
    return f"{request.path}?undo={name}"


def _undo(request: FirmRequest, form: "ListPage", rows: "QuerySet[Any]") -> HttpResponse:
    kept = request.session.pop(_SESSION, None)
    action = _action(form, kept["action"]) if kept else None
    if not kept or action is None or kept["name"] != request.GET["undo"] or kept["list"] != form.name:
        toast(request, _("That can no longer be undone from here."), tone="warning")
        return HttpResponseRedirect(request.path, status=303)
    done, reasons = _run(
        request.actor, action, list(rows.model.objects.filter(pk__in=kept["ids"])), kept["values"]
    )
    if done:
        toast(request, action.done(len(done)), tone="info")
    for reason in reasons[:3]:
        toast(request, reason, tone="warning")
    return HttpResponseRedirect(request.path, status=303)


def _back(request: FirmRequest) -> HttpResponse:
    return HttpResponseRedirect(request.get_full_path(), status=303)
