"""Approved wording that people put into what they write: offered, kept in sight, and measured when it is sent.

A room that has such wording names its functions on its AppConfig:

- `wording_pickers`: `(actor) -> str`, the address that answers the text picker (`ui/static/ui/js/picker.js`), or "";
- `wording_keepers`: `(actor, use_ids, *, kind, object_id, text) -> None`, these insertions stand in that object now, in a
  text that reads so; what is not in it any more was never used;
- `wording_measures`: `(kind, object_id, *, sent) -> None`, this is the text in which that object's insertions ended up.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Model

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered


def picker_address(actor: Actor) -> str:
    """Where the actor's text picker asks; "" where nothing is offered to them."""
    return next((address for offer in offered("wording_pickers") if (address := offer(actor))), "")


def keep_insertions(actor: Actor, use_ids: Collection[UUID], about: Model, *, text: str) -> None:
    """Note that what was inserted under these ids is now a part of `about`. Another person's ids are passed over."""
    if use_ids:
        for keep in offered("wording_keepers"):
            keep(actor, use_ids, kind=about._meta.label_lower, object_id=about.pk, text=text)


def measure_insertions(about: Model, *, sent: str) -> None:
    """Note how much is left, in the text that was sent, of what was inserted into `about`; once, and no word is kept."""
    for measure in offered("wording_measures"):
        measure(about._meta.label_lower, about.pk, sent=sent)
