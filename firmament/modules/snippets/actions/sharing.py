"""Sharing: which persons and teams may use, change or approve a snippet beyond its reach, and who owns it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.models import Team
from firmament.kernel.sharing.actions import give, take_back
from firmament.kernel.sharing.events import share_facts
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.snippets.actions.writing import require_change
from firmament.modules.snippets.events import SnippetChanged, SnippetShared, SnippetUnshared
from firmament.modules.snippets.models import Snippet, SnippetGrant


def share_snippet(actor: Actor, snippet: Snippet, whom: Membership | Team, *, level: str) -> None:
    """Let a person, or everybody of a team, use, change or approve it. A private one goes to persons only."""
    require_change(actor, snippet)
    if isinstance(whom, Team) and snippet.reach == Snippet.Reach.PRIVATE:
        raise ValidationError(
            _("A private snippet is shared person by person. To give it to a team, change who has it.")
        )
    grant = give(SnippetGrant, snippet, whom, level=level)
    if grant is not None:
        record(actor, SnippetShared(**_facts(grant)))


def unshare_snippet(actor: Actor, grant: SnippetGrant) -> None:
    """Take a share back; it counts from the next request on."""
    require_change(actor, grant.snippet)
    if take_back(grant):
        record(actor, SnippetUnshared(**_facts(grant)))


def give_snippet(actor: Actor, snippet: Snippet, heir: Membership) -> None:
    """Let somebody else own it. A private one stays where the heir has one of its key or shortcut already."""
    require_change(actor, snippet)
    before = Snippet.objects.held(snippet).owner.user.name
    try:
        with transaction.atomic():
            given = Snippet.objects.filter(pk=snippet.pk).exclude(owner=heir).update(owner=heir)
    except IntegrityError:
        # Theirs is the nearer one to them; a key cannot be changed, because other texts refer to it.
        return
    if given:
        change = Change(field=_("Owner"), before=before, after=heir.user.name)
        record(actor, SnippetChanged(snippet_id=snippet.pk, title=snippet.title, changes=(change,)))


def _facts(grant: SnippetGrant) -> dict[str, Any]:
    return {"snippet_id": grant.snippet_id, "title": grant.snippet.title, **share_facts(grant)}
