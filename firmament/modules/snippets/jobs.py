"""What follows on its own: shared wording stays with nobody who has left."""

from firmament.kernel.identity.events import MembershipDeactivated
from firmament.kernel.jobs.registry import on
from firmament.kernel.policies.authority import holders_of
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.snippets.actions.sharing import give_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.policies import Can


@on(MembershipDeactivated, powers=(Can.MANAGE,))
def hand_over(event: MembershipDeactivated) -> None:
    """Give what somebody looked after for others to whoever takes over.

    Where nobody was named who may, it stays as it is: those who look after the library can change it all the same. What
    nobody else has stays theirs, and is there again if they come back.
    """
    if event.reassign_to is None or not (heir := holders_of(Can.EDIT).filter(pk=event.reassign_to).first()):
        return
    actor = Actor.system("snippets.hand_over")
    for snippet in Snippet.objects.owned_for_others(event.membership_id).order_by("pk"):
        give_snippet(actor, snippet, heir)
