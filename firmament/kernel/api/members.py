"""Members of the firm, as bodies name them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership


def member_of(pk: UUID | None, field: str) -> Membership | None:
    """The member of the firm that a body names; ValidationError at `field` where there is none."""
    if pk is None:
        return None
    member = Membership.objects.select_related("user").filter(pk=pk).first()
    if member is None:
        raise ValidationError({field: _("There is no such member of the firm.")}, code="unknown")
    return member
