"""What other rooms reach of this one through `kernel.wording.insertions`, and what it shows on the pages of a snippet and a macro."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from firmament.kernel.macros.models import MacroRun
from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.links import link
from firmament.kernel.web.panels import Panel, PanelAction
from firmament.modules.insertions.actions import attach_uses, measure_uses
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.insertions.policies import Can
from firmament.modules.insertions.reports.picking import picker_address

__all__ = ["attach_uses", "measure_uses", "picker_address", "run_panel", "uses_panel"]

SHOWN = 10


def uses_panel(actor: Actor, snippet_id: UUID) -> Panel | None:
    """The last uses of a snippet, on its page; None for whoever may not see them."""
    if not may(actor, Can.VIEW):
        return None
    uses = _newest(SnippetUse.objects.visible_to(actor).filter(snippet=snippet_id))
    return _panel(snippet_id, uses, _last_runs(actor, snippet_id, uses), title=_("Last uses"))


def run_panel(actor: Actor, run_id: UUID) -> Panel | None:
    """Where the text that a macro belongs to went in for the same client, on the page of what the macro did."""
    run = MacroRun.objects.visible_to(actor).filter(pk=run_id, client_id__isnull=False).first()
    if run is None or not may(actor, Can.VIEW):
        return None
    uses = _newest(SnippetUse.objects.visible_to(actor).filter(snippet=run.source_id, client=run.client_id))
    title = _("Its text, inserted for this client")
    return _panel(run.source_id, uses, {}, title=title) if uses else None


def _newest(uses: QuerySet[SnippetUse]) -> list[SnippetUse]:
    return list(uses.select_related("member__user", "client").order_by("-created_at", "-pk")[:SHOWN])


def _last_runs(actor: Actor, snippet_id: UUID, uses: Iterable[SnippetUse]) -> dict[UUID | None, str]:
    """Where the follow-up steps of the snippet were run last for the clients of these uses, by the client's id."""
    clients = {use.client_id for use in uses if use.client_id}
    runs = MacroRun.objects.visible_to(actor).filter(source_id=snippet_id, client_id__in=clients)
    last = runs.order_by("client_id", "-ran_at", "-pk").distinct("client_id")
    return {run.client_id: link("macros:record", pk=run.pk) for run in last}


def _panel(snippet_id: UUID, uses: list[SnippetUse], runs: Mapping[UUID | None, str], *, title: str) -> Panel:
    """The uses, each with the run for the same client, where there was one."""
    all_uses = f"{link('insertions:uses')}?{urlencode({'snippet': snippet_id})}"
    return Panel(
        title=title,
        template="insertions/uses_panel.html",
        context={"uses": [(use, runs.get(use.client_id)) for use in uses]},
        icon="history",
        action=PanelAction(label=_("All uses"), url=all_uses) if uses else None,
        rows=True,
    )
