"""Who looks after wording for others, and who could take it over."""

from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.policies.authority import holders_of
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.policies import Can


def answered_for(membership_id: UUID) -> list[tuple[str, int, frozenset[UUID]]]:
    """What a member looks after that others have too, how much of it, and which members could take it over."""
    heirs = frozenset(holders_of(Can.EDIT).values_list("pk", flat=True))
    return [(_("Shared snippets"), Snippet.objects.owned_for_others(membership_id).count(), heirs)]
