"""A person in a macro: somebody of the firm, whoever runs it, or nobody. The first ties it to one firm, the others not."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.macros.parameters import Parameter, Text
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership

ME = "me"
NOBODY = "nobody"


def person(name: str, label: Text, choices: Callable[[Actor], Iterable[tuple[UUID, str]]]) -> Parameter:
    """A parameter that names a member: the two words, or one of `choices`, ids of memberships with names.

    The action is given the Membership, None for nobody.
    """

    def options(actor: Actor) -> list[tuple[str, str]]:
        words = [(ME, _("Whoever runs it")), (NOBODY, _("Nobody in particular"))]
        return words + [(str(pk), name) for pk, name in choices(actor)]

    return Parameter(name=name, label=label, options=options, meant=person_meant)


def person_meant(actor: Actor, value: str) -> Membership | None:
    """The member whom such a value means now; None for nobody."""
    if value == NOBODY:
        return None
    pk = str(actor.membership_id or "") if value == ME else value
    return member_kept(pk) if pk else _nobody_there()


def member_kept(pk: str) -> Membership | None:
    """The member whose id a step remembered; "" for nobody. ValidationError where there is none of this id."""
    if not pk:
        return None
    found: Membership | None = Membership.objects.filter(pk=pk).first()
    return found or _nobody_there()


def _nobody_there() -> Membership:
    raise ValidationError(_("The person meant is not in the firm."), code="person")
