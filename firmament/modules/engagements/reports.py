"""Questions whose answers are plain rows: what a client's page shows, what somebody answers for."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.links import link, row_links
from firmament.kernel.web.panels import Panel, PanelAction
from firmament.kernel.wording.vocabulary import Term, declare_vocabulary
from firmament.modules.clients.public import client_card, possible_owners
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {
    "draft": "neutral",
    "active": "info",
    "paused": "waiting",
    "completed": "done",
    "canceled": "neutral",
    "archived": "neutral",
}


def client_panel(actor: Actor, client_id: UUID) -> Panel:
    """The work agreed with a client, what runs first, on the client's own page."""
    rows = (
        Engagement.objects.visible_to(actor).filter(client_id=client_id).order_by("ended_at", "-created_at")
    )
    to_engagement = row_links("engagements:engagement")
    draft = Engagement(client_id=client_id)
    new = allows(actor, Can.CREATE, draft) and not draft.client.is_archived
    return Panel(
        title=_("Engagements"),
        icon="briefcase",
        template="engagements/client_panel.html",
        context={
            "engagements": [
                {"engagement": row, "url": to_engagement(row.pk), "tone": TONES[row.state]} for row in rows
            ]
        },
        action=PanelAction(
            label=_("New engagement"), url=link("engagements:engagement_create", pk=client_id), icon="plus"
        )
        if new
        else None,
        rows=True,
    )


def engagement_ids(actor: Actor, client_id: UUID) -> Collection[UUID]:
    """A client's engagements that the actor may see: a wall before one of them stands on the client's page too."""
    rows = Engagement.objects.visible_to(actor).filter(client_id=client_id)
    return list(rows.values_list("pk", flat=True))


def unfinished_work(client_id: UUID) -> str | None:
    """Why a client cannot be archived yet: work that has begun and has not ended."""
    running = (Engagement.State.ACTIVE, Engagement.State.PAUSED)
    if not Engagement.objects.filter(client_id=client_id, state__in=running).exists():
        return None
    return _("“%(name)s” has engagements that are not finished. Complete or cancel them first.") % {
        "name": client_card(client_id).name
    }


def answered_for(membership_id: UUID) -> list[tuple[str, int, frozenset[UUID]]]:
    """What a member leads, how much of it, and which members could take it over."""
    heirs = frozenset(possible_owners().values_list("pk", flat=True))
    led = Engagement.objects.open().filter(lead_id=membership_id, client__deleted_at__isnull=True)
    return [(_("Engagements"), led.count(), heirs)]


def engagement_words(actor: Actor, engagement_id: UUID) -> dict[str, object] | None:
    """What wordings may say of a piece of work, as `engagement.title`; None where the actor may not see it."""
    rows = Engagement.objects.visible_to(actor).filter(pk=engagement_id)
    for engagement in rows.select_related("lead__user"):
        return {
            "title": engagement.title,
            "service": engagement.service_line,
            "starts_on": engagement.starts_on,
            "ends_on": engagement.ends_on,
            "lead": engagement.lead.user.name if engagement.lead else "",
        }
    return None


declare_vocabulary(
    "engagement",
    {
        "title": Term(label=gettext_lazy("What the engagement is called"), sample="Yearly accounts 2026"),
        "service": Term(label=gettext_lazy("What kind of work it is"), sample="Accounting"),
        "starts_on": Term(label=gettext_lazy("The day the engagement begins"), sample="2026-01-05"),
        "ends_on": Term(label=gettext_lazy("The day the engagement ends"), sample="2026-06-30"),
        "lead": Term(label=gettext_lazy("Who leads the engagement"), sample="Alice Ahearn"),
    },
)
