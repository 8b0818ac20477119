"""Which things the steps of a macro act on, when it is run from one of them.

A macro is run from one thing. A step about that kind of thing acts on it; a step about clients or engagements acts on
the client or the engagement it hangs on, by the paths that every model declares for its walls.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.macros.registry import Step, all_steps
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.versions.actions import lock

Model = type[FirmModel]


def path_to(model: Model, wanted: Model) -> str | None:
    """Where a thing of one kind leads to one of another: "pk" for itself, None for nowhere."""
    if model is wanted:
        return "pk"
    if wanted.client_path == "id":
        return model.client_path
    if wanted.engagement_path == "id":
        return model.engagement_path
    return None


def kinds_for(steps: Iterable[Step]) -> tuple[Model, ...]:
    """The kinds of things from which all of these steps can be run at once."""
    wanted = {step.thing for step in steps}
    known = {step.thing for step in all_steps()}
    found = [model for model in known if all(path_to(model, one) is not None for one in wanted)]
    return tuple(sorted(found, key=lambda model: model._meta.label_lower))


def id_from(target: FirmModel, wanted: Model) -> UUID | None:
    """The id of the thing of another kind that the target leads to; None where it leads to none."""
    path = path_to(type(target), wanted)
    if path is None:
        return None
    found: UUID | None = type(target).objects.filter(pk=target.pk).values_list(path, flat=True).first()
    return found


def hold(actor: Actor, target: FirmModel, wanted: Iterable[Model]) -> dict[Model, FirmModel]:
    """The things that a macro acts on, held until the transaction ends, by their kind.

    ValidationError where the target leads to none, or to one that the actor may not see: nobody learns here which.
    """
    found: dict[Model, FirmModel] = {}
    # Always clients first, then engagements: two macros that share both would else wait for each other for ever.
    for model in sorted(set(wanted), key=_order):
        pk = id_from(target, model)
        thing = model.objects.visible_to(actor).filter(pk=pk).first() if pk else None
        if thing is None:
            raise ValidationError(
                _("“%(target)s” leads to no %(kind)s that you may see.")
                % {"target": target, "kind": str(model._meta.verbose_name)},
                code="nothing",
            )
        lock(thing)
        found[model] = thing
    return found


def hold_again(actor: Actor, wanted: Mapping[Model, UUID]) -> dict[Model, FirmModel]:
    """The same things later, held in the same order; what is gone, or not theirs to see, is left out."""
    found: dict[Model, FirmModel] = {}
    for model in sorted(wanted, key=_order):
        thing = model.objects.visible_to(actor).filter(pk=wanted[model]).first()
        if thing is not None:
            lock(thing)
            found[model] = thing
    return found


def _order(model: Model) -> tuple[bool, bool, str]:
    return (model.client_path != "id", model.engagement_path != "id", model._meta.label_lower)
