"""What a wording is filled in with: who writes, their firm, and whom or what the text is about.

A room that has clients, contacts or engagements names its function on its AppConfig under `client_words`,
`contact_words` or `engagement_words`: `(actor, id) -> Mapping | None`, the values by name, None where the actor may not
see it.
"""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.tenancy.models import FirmProfile, Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.vocabulary import sample_context

NOT_FOUND = {
    "client": _("This client was not found."),
    "contact": _("This contact was not found."),
    "engagement": _("This engagement was not found."),
}


def words_of(actor: Actor, kind: str, pk: UUID) -> Mapping[str, object] | None:
    """The values of one client, contact or engagement; None where the actor may not see it, or it is not there."""
    found = (words(actor, pk) for words in offered(f"{kind}_words"))
    return next((values for values in found if values is not None), None)


def example_context(actor: Actor) -> dict[str, dict[str, object]]:
    """How it may look: who writes and their firm as they are, a client, contact and engagement by their samples.

    What the firm or the person has not filled in is shown by its sample too.
    """
    context: dict[str, dict[str, object]] = {name: dict(values) for name, values in sample_context().items()}
    own = _own(actor)
    context["firm"]["legal_name"] = own["firm"]["name"]
    for name, values in own.items():
        context[name] |= {key: value for key, value in values.items() if value}
    return context


def context_for(actor: Actor, **about: UUID | None) -> dict[str, object]:
    """Plain values by name: `me`, `firm`, and of `client`, `contact`, `engagement` those the text is about.

    `WordingError` where the actor may not see one of them, in the same words as where it is not there.
    """
    context: dict[str, object] = dict(_own(actor))
    for kind, missing in NOT_FOUND.items():
        pk = about.get(kind)
        words = words_of(actor, kind, pk) if pk else {}
        if words is None:
            raise WordingError(str(missing))
        # None where the text is about none, so that `{% if contact %}` says no: in Liquid an empty group is something.
        context[kind] = words or None
    return context


def _own(actor: Actor) -> dict[str, dict[str, object]]:
    """Who writes, and their firm."""
    assert actor.membership_id is not None, "only a member of the firm fills in"
    member = Membership.objects.select_related("user").get(pk=actor.membership_id)
    firm, profile = current_firm(), FirmProfile.objects.first()
    return {
        "me": {"name": member.user.name, "email": member.user.email, "title": member.title},
        "firm": {
            "name": firm.name,
            "legal_name": profile.legal_name if profile else "",
            "website": profile.website if profile else "",
            "reply_to": profile.reply_to if profile else "",
        },
    }
